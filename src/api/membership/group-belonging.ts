// Who belongs to an open group, put together: what is said in our name, the door for those who join, the epochs by
// whose secrets members find each other, and what the application is told of it all.

import type { SigningKey } from '../../adapters/crypto/signing-key.ts';
import { keyDigestOf } from '../../adapters/x509/certificate-codec.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import { MalformedBytes } from '../../core/base/malformed-bytes.ts';
import type { Contact } from '../../core/domain/invitation.ts';
import type { Membership } from '../../core/domain/membership.ts';
import { authorityOf, authorityOfDigest, type PeerName } from '../../core/domain/names.ts';
import { mayIssue, type Role } from '../../core/domain/roles.ts';
import {
  decodeGuessReport,
  encodeGuessReport,
  GUESS_REPORT_TYPE,
} from '../../core/join/guess-report.ts';
import { GuessThrottle } from '../../core/join/throttle.ts';
import type { GraphEvent, KnownEpoch } from '../../core/node/graph-event.ts';
import type { PasswordExchange } from '../../core/ports/password-exchange.ts';
import type { StoreChange } from '../../core/ports/record-store.ts';
import type { WireCredentials } from '../../core/ports/wires.ts';
import type { MembershipsByMember } from '../../core/security/memberships-by-member.ts';
import type { OwnMembership } from '../../core/security/own-membership.ts';
import type { SecurityState } from '../../core/security/security-state.ts';
import { judgeDates } from '../../core/trust/chain.ts';
import { openInvitation } from '../../core/trust/invitation.ts';
import type { Receiver } from '../../engine/doors.ts';
import { JoinDoors } from '../../engine/join/join-doors.ts';
import { JoinHost } from '../../engine/join/join-host.ts';
import type { LeaseKeeper } from '../../engine/lease-keeper.ts';
import type { GroupGraph } from '../graph/group-graph.ts';
import { sealedInvitation } from '../invite.ts';
import type { NodeServices } from '../node-services.ts';
import { errorOfRefusal, PeerGroupError } from '../peer-group-error.ts';
import type { GroupRecords } from '../records/group-records.ts';
import type { DiscoverySecrets } from './discovery-secrets.ts';
import { GroupAuthority } from './group-authority.ts';
import { GroupInvitations, type InvitationsParts, joinRequestOf } from './group-invitations.ts';
import { GroupMemberships } from './group-memberships.ts';
import { GroupSettings } from './group-settings.ts';
import { readCard } from './invitation-view.ts';
import { removalViewOf, type ViewedBy } from './member-views.ts';
import {
  JoinRequestedEvent,
  type MembershipEventMap,
  RemovedEvent,
  SecurityWithheldEvent,
} from './membership-events.ts';
import { MembershipWatch } from './membership-watch.ts';
import { OwnRemoval } from './own-removal.ts';
import { removedError } from './own-standing.ts';
import { VerifierShares } from './verifier-shares.ts';

export interface BelongingParts {
  readonly own: OwnMembership;
  readonly key: SigningKey;
  readonly groupKey: SigningKey | null;
  /** What the group was called when it was joined. */
  readonly friendlyName: string;
  readonly credentials: WireCredentials;
  readonly services: NodeServices;
  readonly records: GroupRecords;
  readonly keeper: LeaseKeeper;
  readonly secrets: DiscoverySecrets;
  readonly graph: GroupGraph;
  readonly contacts: () => readonly Contact[];
  readonly tickets: InvitationsParts['tickets'];
  readonly requireOpen: () => void;
  readonly dispatch: (event: MembershipEventMap[keyof MembershipEventMap]) => void;
  /** A bug of ours. */
  readonly onFailed: (error: unknown) => void;
}

export class GroupBelonging {
  readonly memberships: GroupMemberships;
  readonly invitations: GroupInvitations;
  readonly settings: GroupSettings;
  readonly #parts: BelongingParts;
  readonly #authority: GroupAuthority;
  readonly #host: JoinHost;
  readonly #joinDoors: JoinDoors;
  readonly #shares: VerifierShares;
  readonly #watch: MembershipWatch;
  readonly #ownRemoval: OwnRemoval;
  readonly #throttle = new GuessThrottle();

  constructor(parts: BelongingParts) {
    this.#parts = parts;
    const { own, key, services, records, secrets, requireOpen, credentials, contacts } = parts;
    const { clock, chance, sealing, doors } = services;
    const graphParts = records.forGraph();
    this.#authority = new GroupAuthority({
      ...services.forAuthority(),
      own,
      signer: key,
      groupKey: parts.groupKey,
      store: graphParts.store,
      desk: graphParts.desk,
      state: graphParts.security,
      known: () => this.#known(),
      requireOpen,
    });
    const authority = this.#authority;
    this.settings = new GroupSettings({ authority, friendlyName: parts.friendlyName, requireOpen });
    const leaseMs = () => this.settings.leaseMs;
    this.#shares = new VerifierShares({ authority, opener: key.opener, sealing, clock });
    this.#host = new JoinHost({
      ...services.forAuthority(),
      judge: services.judge,
      signer: key,
      certificateDigest: services.crypto.sha256(credentials.certificate),
      own: () => own.current,
      state: graphParts.security,
      membershipsOf: (publicKey) => this.#membershipsOf(publicKey),
      desk: graphParts.desk,
      throttle: this.#throttle,
      withExchange: (use) => this.#withExchange(use),
      verifierOf: (view) => this.#shares.verifierOf(view),
      groupFriendlyName: () => this.settings.friendlyName,
      discovery: () => ({
        secret: secrets.current,
        epochDepth: authority.state.epoch()?.depth ?? 0,
      }),
      contacts,
      issuersOf: (role) => this.#issuersOf(role),
      listener: {
        onPending: (pending) => parts.dispatch(new JoinRequestedEvent(joinRequestOf(pending))),
        onGuess: (offer) =>
          parts.graph.announce(GUESS_REPORT_TYPE, encodeGuessReport({ offer, count: 1 })),
        onAdmitted: () => this.#refreshDoors(),
      },
    });
    this.#joinDoors = new JoinDoors({
      doors,
      host: this.#host,
      member: own.current.member,
      group: own.current.group,
      credentials,
    });
    this.memberships = new GroupMemberships({
      authority,
      requireOpen,
      beginEpoch: (revocations) => this.#beginEpoch(revocations),
      leaseMs,
      readCard: (text) => readCard(text, services),
      openInvitation: (text) => {
        const { wallTime } = clock.now();
        const opened = openInvitation(text, wallTime, own.current.member, services);
        if (!opened.ok) throw errorOfRefusal(opened.refusal);
        return opened.value.membership;
      },
      seal: (chain) =>
        sealedInvitation(chain, {
          judge: services.judge,
          key,
          groupFriendlyName: this.settings.friendlyName,
          discoverySecret: secrets.current,
          contacts: contacts(),
        }),
    });
    this.invitations = new GroupInvitations({
      authority,
      chance,
      sealing,
      exchange: () => services.passwordExchange(),
      requireOpen,
      groupFriendlyName: () => this.settings.friendlyName,
      contacts,
      leaseMs,
      host: this.#host,
      tickets: parts.tickets,
    });
    this.#watch = new MembershipWatch(
      {
        known: parts.keeper.known,
        membershipOf: graphParts.membershipOf,
        viewer: () => this.#viewer(),
        clock,
        dispatch: parts.dispatch,
      },
      authority.state,
    );
    this.#ownRemoval = new OwnRemoval({
      clock,
      own: () => own.current,
      state: graphParts.security,
      onRemoved: (removal) => parts.dispatch(new RemovedEvent(removalViewOf(removal))),
    });
    this.#refreshDoors();
  }

  /** Takes those who come by our own door for a renewal. */
  get renewals(): Receiver {
    return this.#host.door(null);
  }

  /** Before the keeper of leases has them. */
  onStored(changes: readonly StoreChange[]): void {
    this.#watch.onStored(changes);
    if (changes.some(({ kind }) => kind === 'putMembership')) this.#shares.look();
  }

  onSecurity(state: SecurityState): void {
    this.#watch.onSecurity(state);
    this.#refreshDoors();
    this.#shares.look();
    this.#ownRemoval.onSecurity();
  }

  /** True for what no application is told in this form. */
  onGraphEvent(event: GraphEvent): boolean {
    switch (event.kind) {
      case 'epochSecret':
        this.#parts.secrets.take(event.epoch);
        return true;
      case 'securityWithheld':
        this.#parts.dispatch(new SecurityWithheldEvent(event.node.member));
        return true;
      case 'broadcast':
        if (event.type !== GUESS_REPORT_TYPE) return false;
        this.#onGuessElsewhere(event.node.member, event.bytes);
        return true;
      default:
        return false;
    }
  }

  /** Throws `MEMBERSHIP_REMOVED`, `MEMBERSHIP_EXPIRED` and the like. */
  requireLiving(): void {
    this.#authority.requireLiving();
  }

  /** Throws `MEMBERSHIP_REMOVED`. */
  requireNotRemoved(membership: Membership): void {
    const removal = this.#authority.state.removalOf(membership);
    if (removal !== null) throw removedError(removal);
  }

  /** Resolves when what is stored was read. */
  async known(): Promise<void> {
    await this.#authority.known();
  }

  /** That of our secret; null before the first. */
  epoch(): KnownEpoch | null {
    const { secrets } = this.#parts;
    const current = this.#authority.state.epoch();
    if (current === null || secrets.epoch === null) return null;
    const { digest } = current.statement;
    if (!equalBytes(digest, secrets.epoch)) return null;
    return { depth: current.depth, digest, secret: secrets.current };
  }

  close(): void {
    this.#host.close();
    this.#joinDoors.close();
    this.#shares.close();
    this.#watch.close();
    this.#ownRemoval.close();
  }

  /** A full disk: the removal counts all the same, and the next one begins an epoch. */
  async #beginEpoch(revocations: readonly Uint8Array[]): Promise<void> {
    const { services, secrets, graph } = this.#parts;
    const { role } = this.#authority.own;
    if (role !== 'creator' && role !== 'administrator') return;
    const secret = services.chance.bytes(32);
    const previous = this.#authority.state.epoch()?.statement.digest ?? new Uint8Array(32);
    const secretDigest = services.crypto.sha256(secret);
    const body = { kind: 'epoch', previous, secretDigest, revocations } as const;
    const { bytes, digest } = this.#authority.sign(body);
    // First what nobody else has: an epoch whose secret was lost would be everybody's until the next one.
    secrets.take({ digest, secret });
    await secrets.saved();
    try {
      this.#authority.store(bytes);
    } catch (error) {
      if (!(error instanceof PeerGroupError)) throw error;
      return;
    }
    const epoch = this.epoch();
    if (epoch !== null) graph.onEpochSecret(epoch);
  }

  #onGuessElsewhere(member: PeerName, bytes: Uint8Array): void {
    const { keeper, services } = this.#parts;
    const now = services.clock.now();
    const { state } = this.#authority;
    const teller = keeper.known.countingOf(member, (each) => state.removalOf(each), now.wallTime);
    try {
      const { offer, count } = decodeGuessReport(bytes);
      const view = state.findOffer(offer, now.wallTime);
      const isAdmitter = teller !== null && view !== null && mayIssue(teller.role, view.offer.role);
      if (isAdmitter) this.#throttle.failedElsewhere(offer, teller.publicKey, now, count);
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
    }
  }

  #refreshDoors(): void {
    this.#joinDoors.refresh(this.#authority.state.offers(this.#authority.now));
  }

  #withExchange(use: (exchange: PasswordExchange | null) => void): void {
    const { services, onFailed } = this.#parts;
    services
      .passwordExchange()
      .then(use, () => use(null))
      .catch(onFailed);
  }

  #known(): Promise<MembershipsByMember> {
    const { keeper } = this.#parts;
    return new Promise((resolve) => keeper.whenRead(() => resolve(keeper.known)));
  }

  /** A key has one name for each classifier. */
  #membershipsOf(publicKey: Uint8Array): readonly Membership[] {
    const { known } = this.#parts.keeper;
    const authority = authorityOfDigest(keyDigestOf(publicKey));
    const names = [...known.members()].filter((name) => authorityOf(name) === authority);
    return names.flatMap((name) => [...known.of(name)]);
  }

  #issuersOf(role: Role): readonly Contact[] {
    const { keeper, graph, services } = this.#parts;
    const now = services.clock.now().wallTime;
    const { state } = this.#authority;
    return graph.whoListens().filter(({ member }) => {
      const known = keeper.known.countingOf(member, (each) => state.removalOf(each), now);
      if (known === null || state.removalOf(known) !== null) return false;
      return mayIssue(known.role, role) && judgeDates(known, now).ok;
    });
  }

  #viewer(): ViewedBy {
    const { state, own, now } = this.#authority;
    return { state, self: own.member, now };
  }
}
