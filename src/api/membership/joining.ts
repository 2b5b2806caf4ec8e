// What an invitation becomes, whatever its kind: the entry of a group in the vault, not written yet.

import type { StoredIdentity } from '../../adapters/vault/identity-shelf.ts';
import type { StoredGroup } from '../../adapters/vault/stored-group.ts';
import type { Vault } from '../../adapters/vault/vault.ts';
import type { Invitation } from '../../core/domain/invitation.ts';
import type { GroupName, PeerName } from '../../core/domain/names.ts';
import { openInvitation } from '../../core/trust/invitation.ts';
import { kindOfInvitation } from '../../core/trust/invitation-text.ts';
import { readOfferText } from '../../core/trust/open-invitation.ts';
import type { NodeServices } from '../node-services.ts';
import { errorOfRefusal, PeerGroupError } from '../peer-group-error.ts';
import { chooseIdentity } from '../vault-choice.ts';
import { joinedGroup } from '../vault-entries.ts';
import { type CheckedJoin, joinByOffer, joinWishOf } from './join-by-offer.ts';

export class Joining {
  readonly #vault: Vault;
  readonly #services: NodeServices;
  readonly #requireNotOpen: (group: GroupName, member: PeerName) => void;

  readonly #closing: AbortSignal;

  /** `closing` is aborted when the node is closed. */
  constructor(
    vault: Vault,
    services: NodeServices,
    requireNotOpen: (group: GroupName, member: PeerName) => void,
    closing: AbortSignal,
  ) {
    this.#vault = vault;
    this.#services = services;
    this.#requireNotOpen = requireNotOpen;
    this.#closing = closing;
  }

  /** Throws what `PeerNode.joinGroup` rejects with. */
  async join(text: string, options: CheckedJoin): Promise<StoredGroup> {
    const kind = kindOfInvitation(text);
    const isForWhoever = kind === 'ticket' || kind === 'password';
    return isForWhoever ? await this.#byOffer(text, options) : this.#forOne(text, options);
  }

  #forOne(text: string, options: CheckedJoin): StoredGroup {
    const chosen =
      options.identity === undefined ? null : chooseIdentity(this.#vault, options.identity).name;
    const { clock, judge, crypto } = this.#services;
    const opened = openInvitation(text, clock.now().wallTime, chosen, { judge, crypto });
    if (!opened.ok) throw errorOfRefusal(opened.refusal);
    const { member } = opened.value.membership;
    if (!this.#vault.identities().some((identity) => identity.name === member)) {
      throw new PeerGroupError('INVITATION_FOR_ANOTHER', `It is for ${member}.`);
    }
    return this.#entryOf(opened.value);
  }

  async #byOffer(text: string, options: CheckedJoin): Promise<StoredGroup> {
    const { clock, crypto } = this.#services;
    const identity: StoredIdentity = chooseIdentity(this.#vault, options.identity);
    const read = readOfferText(text, clock.now().wallTime, crypto);
    if (!read.ok) throw errorOfRefusal(read.refusal);
    this.#requireNotOpen(read.value.group, identity.name);
    const wish = joinWishOf(read.value, options);
    return this.#entryOf(await joinByOffer(wish, identity, this.#services, options, this.#closing));
  }

  #entryOf(invitation: Invitation): StoredGroup {
    const { group: name, member } = invitation.membership;
    this.#requireNotOpen(name, member);
    const before = this.#vault.groups(member).find((group) => group.name === name);
    return joinedGroup(invitation, before, this.#services);
  }
}
