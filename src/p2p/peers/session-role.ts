// What role a peer acts under. Another one that was issued while it is online counts from its next connect on: what it
// has then, until it goes offline, is the lesser of what it had when it came online and what it has now.

import type { MembershipSummary } from '../../api/index.ts';
import { lesserRole, type Role } from '../invitations/roles.ts';

export class SessionRole {
  #session: { readonly beganAtMs: number; readonly role: Role } | null = null;

  begin({ role }: MembershipSummary): void {
    this.#session = { role, beganAtMs: Date.now() };
  }

  end(): void {
    this.#session = null;
  }

  /** A membership that begins in the second in which we came online was issued before: it has only just come. */
  roleUnder({ role, notBefore }: MembershipSummary): Role {
    if (this.#session === null || notBefore.getTime() <= this.#session.beganAtMs) return role;
    return lesserRole(role, this.#session.role);
  }
}
