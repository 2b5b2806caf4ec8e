// The properties of a group: what it is called, how long its memberships live, what its application says. Said by the group's key alone,
// known to all members, and what was said when the group was made until then.

import type { GroupProperties } from '../../core/domain/security.ts';
import { errorOfRefusal, PeerGroupError } from '../peer-group-error.ts';
import type { GroupAuthority } from './group-authority.ts';
import { type PropertiesUpdate, requirePropertiesUpdate } from './membership-options.ts';

/** What the creator has said about the group. */
export interface GroupPropertiesView {
  readonly friendlyName: string;
  readonly comment: string;
  /** How long memberships live unless their issuer says otherwise, in milliseconds. */
  readonly leaseMs: number;
  /** What the application wants all members to know of the group; empty until it says something. */
  readonly application: string;
}

export interface SettingsParts {
  readonly authority: GroupAuthority;
  /** Until the creator says something else. */
  readonly friendlyName: string;
  readonly requireOpen: () => void;
}

/** 28 days, as memberships of Windows Peer Grouping. */
const LEASE_MS = 2_419_200_000;
const VERSION_MAX = 2 ** 32 - 1;

export class GroupSettings {
  readonly #parts: SettingsParts;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  get friendlyName(): string {
    return this.#said?.friendlyName ?? this.#parts.friendlyName;
  }

  get leaseMs(): number {
    return this.#said?.leaseMs ?? LEASE_MS;
  }

  get view(): GroupPropertiesView {
    return {
      friendlyName: this.friendlyName,
      comment: this.#said?.comment ?? '',
      leaseMs: this.leaseMs,
      application: this.#said?.application ?? '',
    };
  }

  /** Throws `NOT_AUTHORIZED` where the group's key is not, and what the disk does. */
  change(update: PropertiesUpdate): GroupPropertiesView {
    this.#parts.requireOpen();
    const checked = requirePropertiesUpdate(update);
    const { authority } = this.#parts;
    if (!authority.hasGroupKey) {
      const detail = 'the key of the group is with its creator';
      throw errorOfRefusal({ code: 'NOT_AUTHORIZED', detail });
    }
    const version = (this.#said?.version ?? 0) + 1;
    if (version > VERSION_MAX) throw new PeerGroupError('QUOTA_EXCEEDED', 'Changed too often.');
    authority.publish({ kind: 'properties', version, ...this.view, ...checked }, [], 'group');
    return this.view;
  }

  get #said(): GroupProperties | null {
    return this.#parts.authority.state.properties();
  }
}
