// The events of a group that tell who belongs to it: who came, who was removed, who asks to come in.

import type { JoinRequest, MemberView, RemovalView } from './membership-views.ts';

/** A member is known here that was not, or that may do other things than before. */
export class MemberChangedEvent extends Event {
  /** `joined`: its first membership. `renewed`: a longer one. `role`: it may do more or less than before. */
  readonly change: 'joined' | 'renewed' | 'role';
  readonly member: MemberView;

  constructor(change: MemberChangedEvent['change'], member: MemberView) {
    super('memberChanged');
    this.change = change;
    this.member = member;
  }
}

/** A member is out: its links are cut, and of its records those stay that whoever removed it let count. */
export class MemberRemovedEvent extends Event {
  readonly member: MemberView;
  readonly removal: RemovalView;

  constructor(member: MemberView, removal: RemovalView) {
    super('memberRemoved');
    this.member = member;
    this.removal = removal;
  }
}

/** We are out: nobody lets us in any more. What is stored here stays until it is deleted. */
export class RemovedEvent extends Event {
  readonly removal: RemovalView;

  constructor(removal: RemovalView) {
    super('removed');
    this.removal = removal;
  }
}

/** Somebody holds a ticket that needs a yes; `group.invitations.approve` and `deny` answer. */
export class JoinRequestedEvent extends Event {
  readonly request: JoinRequest;

  constructor(request: JoinRequest) {
    super('joinRequested');
    this.request = request;
  }
}

/** A neighbor has kept back for half a minute what it says to know about who belongs to the group; we have parted with it. */
export class SecurityWithheldEvent extends Event {
  /** The peer name. */
  readonly neighbor: string;

  constructor(neighbor: string) {
    super('securityWithheld');
    this.neighbor = neighbor;
  }
}

/** The creator has said the properties of the group, also at the creator itself; what they say may be the same as before. */
export class PropertiesChangedEvent extends Event {
  constructor() {
    super('propertiesChanged');
  }
}

export interface MembershipEventMap {
  readonly memberChanged: MemberChangedEvent;
  readonly memberRemoved: MemberRemovedEvent;
  readonly removed: RemovedEvent;
  readonly joinRequested: JoinRequestedEvent;
  readonly securityWithheld: SecurityWithheldEvent;
  readonly propertiesChanged: PropertiesChangedEvent;
}
