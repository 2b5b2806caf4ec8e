// Invitations for whoever comes: tickets, passwords and codes by which somebody becomes a member without having
// been known before. Any member that is online and may give the role lets them in.

import { SigningKey } from '../../adapters/crypto/signing-key.ts';
import { svgQr, terminalQr } from '../../adapters/qr/qr-code.ts';
import { equalBytes } from '../../core/base/bytes.ts';
import { hexText } from '../../core/base/hex.ts';
import type { WallTime } from '../../core/base/time.ts';
import type { Contact, OfferText } from '../../core/domain/invitation.ts';
import { LIMITS } from '../../core/domain/limits.ts';
import { mayIssue } from '../../core/domain/roles.ts';
import type { JoinOffer } from '../../core/domain/security.ts';
import { makeJoinCode } from '../../core/join/join-code.ts';
import { offerEndStatement } from '../../core/join/offer-admission.ts';
import {
  type LivingMember,
  type OfferSecret,
  offerByPassword,
} from '../../core/join/offer-sealing.ts';
import type { PendingJoin } from '../../core/join/pending-joins.ts';
import type { Chance } from '../../core/ports/clock.ts';
import type { PasswordExchange } from '../../core/ports/password-exchange.ts';
import type { Sealing } from '../../core/ports/sealing.ts';
import type { OfferView } from '../../core/security/security-state.ts';
import { judgeDates } from '../../core/trust/chain.ts';
import { writePasswordText, writeTicketText } from '../../core/trust/open-invitation.ts';
import { requireText } from '../arguments.ts';
import { errorOfRefusal, facingTheWorld, PeerGroupError } from '../peer-group-error.ts';
import type { GroupAuthority } from './group-authority.ts';
import { namesByKey } from './member-views.ts';
import {
  type CheckedInvitation,
  type CodeOptions,
  type InvitationOptions,
  type PasswordOptions,
  requireCodeOptions,
  requireInvitationOptions,
  requirePasswordOptions,
  requireRequestId,
  requireStatementId,
} from './membership-options.ts';
import type { JoinRequest, OpenInvitation } from './membership-views.ts';

/** A line of text by which somebody becomes a member; for a password or code together with that. */
export class InvitationLine {
  /** 64 hexadecimal digits: for `group.invitations.revoke`. */
  readonly id: string;
  /** One line, beginning with `peergroup:`. A ticket is the right itself: give it only to those who are meant. */
  readonly text: string;
  /** What is told by word of mouth; null but for a code. */
  readonly code: string | null;

  /** Made by `group.invitations`. @internal */
  constructor(id: string, text: string, code: string | null) {
    this.id = id;
    this.text = text;
    this.code = code;
  }

  /** The text as a QR code for a terminal; null when it has too many contacts for one. */
  qr(): string | null {
    return terminalQr(this.text);
  }

  /** The same as an SVG picture. */
  qrSvg(): string | null {
    return svgQr(this.text);
  }
}

export interface InvitationsParts {
  readonly authority: GroupAuthority;
  readonly chance: Chance;
  readonly sealing: Sealing;
  readonly exchange: () => Promise<PasswordExchange>;
  readonly requireOpen: () => void;
  readonly groupFriendlyName: () => string;
  readonly contacts: () => readonly Contact[];
  readonly leaseMs: () => number;
  /** Those whom somebody has to say yes to. */
  readonly host: {
    waiting(): readonly PendingJoin[];
    approve(id: string): boolean;
    deny(id: string): boolean;
  };
  readonly tickets: {
    keep(offer: Uint8Array, text: string): Promise<void>;
    forget(offer: Uint8Array): Promise<void>;
    list(): readonly { readonly offer: Uint8Array; readonly text: string }[];
  };
}

export class GroupInvitations {
  readonly #parts: InvitationsParts;

  /** Made by `PeerGroup`. @internal */
  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /**
   * Makes a ticket: one line of text, whose holder becomes a member by `node.joinGroup(text)` while anybody is online
   * who may give the role. For one use within seven days unless the options say otherwise. What was used is counted
   * across the group; who uses a ticket too often in parts of it that do not know of each other is taken out when they meet.
   *
   * Rejects with `NOT_AUTHORIZED`, `QUOTA_EXCEEDED`, `MEMBERSHIP_REMOVED`, `MEMBERSHIP_EXPIRED`, `INVALID_ARGUMENT` and
   * `STORAGE_FAILED`; nobody knows of it then.
   */
  async createTicket(options: InvitationOptions = {}): Promise<InvitationLine> {
    this.#parts.requireOpen();
    const terms = this.#terms((defaults) => requireInvitationOptions(options, defaults));
    const { chance } = this.#parts;
    const seed = chance.bytes(32);
    const key = SigningKey.fromSeed(seed).publicKey;
    const doorSecret = chance.bytes(32);
    const offer: JoinOffer = {
      kind: 'offer',
      by: 'ticket',
      key,
      doorSecret,
      verifier: null,
      ...terms,
    };
    return await this.#publish(offer, (route) =>
      writeTicketText({ ...route, by: 'ticket', role: terms.role, seed }, this.#crypto),
    );
  }

  /**
   * Lets everybody in who knows the password and has the line, again and again until `expiresAt`: for as many `uses` as
   * the options say, without a limit by default. Members never see the password, and those who may invite can check
   * it without learning it. To change it, revoke this one and make another; whoever is a member stays.
   *
   * Rejects with `PASSWORD_INVALID`, and as `createTicket`.
   */
  async createPassword(password: string, options: PasswordOptions = {}): Promise<InvitationLine> {
    this.#parts.requireOpen();
    requireText('password', password);
    const terms = this.#terms((defaults) => requirePasswordOptions(options, defaults));
    return await this.#publishSecret(terms, { by: 'password', password });
  }

  /**
   * Makes a code of nine letters and digits to be told by word of mouth, good once together with the line, which is no
   * secret. After three wrong ones it is gone. Rejects as `createTicket`.
   */
  async createCode(options: CodeOptions = {}): Promise<InvitationLine> {
    this.#parts.requireOpen();
    const terms = this.#terms((defaults) => requireCodeOptions(options, defaults));
    const code = makeJoinCode(this.#parts.chance);
    return await this.#publishSecret(terms, { by: 'code', code });
  }

  /** All that are known here, those that are over included; of those that were made here with their text. */
  async list(): Promise<readonly OpenInvitation[]> {
    this.#parts.requireOpen();
    const { authority, tickets } = this.#parts;
    const known = await authority.known();
    const nameOf = namesByKey([...known.members()].flatMap((name) => [...known.of(name)]));
    const texts = tickets.list();
    return authority.state.offers(authority.now).map((view) => {
      const { statement, offer, author, state, usesLeft, admissions } = view;
      const text = texts.find((each) => equalBytes(each.offer, statement.digest))?.text ?? null;
      return {
        id: hexText(statement.digest),
        kind: offer.by,
        role: offer.role,
        label: offer.label,
        state,
        uses: offer.usesMax,
        usesLeft,
        expiresAt: new Date(offer.expiresAt),
        needsApproval: offer.needsApproval,
        createdBy: author.member,
        admitted: admissions
          .filter(({ fate }) => fate === 'in')
          .map(({ admission }) => nameOf(admission.member) ?? hexText(admission.member)),
        text,
      };
    });
  }

  /**
   * The line of a password or code as it is written now, with the addresses that are known here: it is no secret, so
   * whoever may invite can give it away, not only who made it. Rejects with `INVITATION_NOT_FOUND`, also for a
   * ticket, which whoever made it has alone, and for one that is not open any more.
   */
  async lineOf(invitation: string | { readonly id: string }): Promise<InvitationLine> {
    this.#parts.requireOpen();
    await this.#parts.authority.known();
    const { offer, state, statement } = this.#find(invitation);
    const { by, role } = offer;
    const id = hexText(statement.digest);
    if (state !== 'open' || by === 'ticket' || role === 'administrator') {
      throw new PeerGroupError('INVITATION_NOT_FOUND', id);
    }
    const route = this.#routeOf(offer, statement.digest);
    return new InvitationLine(id, writePasswordText({ ...route, by, role }, this.#crypto), null);
  }

  /**
   * Nobody comes in by it any more; who has come stays. Whoever made it may, creators and administrators. Revoking
   * again changes nothing. Rejects with `INVITATION_NOT_FOUND`, `NOT_AUTHORIZED`, `MEMBERSHIP_REMOVED` and `STORAGE_FAILED`.
   */
  async revoke(invitation: string | { readonly id: string }): Promise<void> {
    this.#parts.requireOpen();
    const view = this.#find(invitation);
    const { authority, tickets } = this.#parts;
    authority.requireLiving();
    if (view.state === 'open' || view.state === 'expired' || view.state === 'usedUp') {
      authority.store(
        offerEndStatement(view, { own: authority.own, signer: authority.signer }, authority.now),
      );
    }
    await facingTheWorld(() => tickets.forget(view.statement.digest));
  }

  /** Who waits for a yes here, the first first. */
  requests(): readonly JoinRequest[] {
    this.#parts.requireOpen();
    return this.#parts.host.waiting().map(joinRequestOf);
  }

  /**
   * Lets somebody in who waits, once it is here or when it comes again. Throws `REQUEST_NOT_FOUND`,
   * `MEMBERSHIP_REMOVED` and `MEMBERSHIP_EXPIRED`.
   */
  approve(request: JoinRequest): void {
    this.#answer(request, (id) => {
      this.#parts.authority.requireLiving();
      return this.#parts.host.approve(id);
    });
  }

  /** Sends somebody away who waits. Throws `REQUEST_NOT_FOUND`. */
  deny(request: JoinRequest): void {
    this.#answer(request, (id) => this.#parts.host.deny(id));
  }

  #answer(request: JoinRequest, act: (id: string) => boolean): void {
    this.#parts.requireOpen();
    const id = requireRequestId(request);
    if (!act(id)) throw new PeerGroupError('REQUEST_NOT_FOUND', '');
  }

  get #crypto() {
    return this.#parts.authority.crypto;
  }

  #find(invitation: string | { readonly id: string }): OfferView {
    const id = requireStatementId('invitation', invitation);
    const { authority } = this.#parts;
    const views = authority.state.offers(authority.now);
    const found = views.find(({ statement }) => hexText(statement.digest) === id);
    if (found === undefined) throw new PeerGroupError('INVITATION_NOT_FOUND', id);
    return found;
  }

  #terms(
    check: (defaults: { readonly now: WallTime; readonly leaseMs: number }) => CheckedInvitation,
  ): CheckedInvitation {
    const { authority, leaseMs } = this.#parts;
    const { own, now, state } = authority;
    const terms = check({ now, leaseMs: leaseMs() });
    authority.requireLiving();
    if (!mayIssue(own.role, terms.role)) {
      throw new PeerGroupError('NOT_AUTHORIZED', `As ${own.role} we make nobody ${terms.role}.`);
    }
    // Ours: others must not be able to use our places up.
    const open = state
      .offers(now)
      .filter(({ state: fate, author }) => fate === 'open' && author.member === own.member);
    if (open.length >= LIMITS.offersOpenMax) {
      throw new PeerGroupError('QUOTA_EXCEEDED', `${open.length} of ours are open already.`);
    }
    return terms;
  }

  async #publishSecret(terms: CheckedInvitation, secret: OfferSecret): Promise<InvitationLine> {
    const { authority, sealing, chance, exchange } = this.#parts;
    const tools = { group: authority.own.group, exchange: await exchange(), sealing, chance };
    const offer = offerByPassword(terms, secret, await this.#readers(), tools);
    this.#parts.requireOpen();
    if (!offer.ok) throw errorOfRefusal(offer.refusal);
    const { by, role } = offer.value;
    if (by === 'ticket' || role === 'administrator') {
      throw new PeerGroupError('INTERNAL', 'A password makes no ticket.');
    }
    const code = secret.by === 'code' ? secret.code : null;
    return await this.#publish(
      offer.value,
      (route) => writePasswordText({ ...route, by, role }, this.#crypto),
      code,
    );
  }

  /** Ourselves first. */
  async #readers(): Promise<readonly LivingMember[]> {
    const { authority } = this.#parts;
    const { own, state, now } = authority;
    const known = await authority.known();
    const others: LivingMember[] = [];
    for (const name of known.members()) {
      const membership = known.countingOf(name, (each) => state.removalOf(each), now);
      const isLiving = membership !== null && state.removalOf(membership) === null;
      if (isLiving && name !== own.member && judgeDates(membership, now).ok)
        others.push(membership);
    }
    return [own, ...others];
  }

  async #publish(
    offer: JoinOffer,
    write: (route: Omit<OfferText, 'by' | 'role' | 'seed'>) => string,
    code: string | null = null,
  ): Promise<InvitationLine> {
    const { authority, tickets } = this.#parts;
    const { bytes, digest } = authority.sign(offer);
    const text = write(this.#routeOf(offer, digest));
    // First: the secret of an offer that all know would be lost with a vault that fails.
    await facingTheWorld(() => tickets.keep(digest, text));
    try {
      authority.store(bytes);
    } catch (error) {
      // What is left of it opens nothing, for nobody knows the offer.
      await tickets.forget(digest).catch(() => undefined);
      throw error;
    }
    return new InvitationLine(hexText(digest), text, code);
  }

  #routeOf(
    { doorSecret, expiresAt }: JoinOffer,
    offer: Uint8Array,
  ): Omit<OfferText, 'by' | 'role' | 'seed'> {
    const { authority, groupFriendlyName, contacts } = this.#parts;
    return {
      groupFriendlyName: groupFriendlyName(),
      group: authority.own.group,
      offer,
      doorSecret,
      expiresAt,
      contacts: contacts(),
    };
  }
}

/** What a host knows of somebody who waits. */
export function joinRequestOf({ id, offer, joiner, askedAt }: PendingJoin): JoinRequest {
  return {
    id,
    name: joiner.subject,
    friendlyName: joiner.friendlyName,
    invitation: hexText(offer),
    since: new Date(askedAt),
  };
}
