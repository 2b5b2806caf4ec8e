// The door of an open group at its node: answers to the names that are made from the present discovery secret and
// from those before it, for members and for those whose membership has ended.

import type { GroupName, PeerName } from '../core/domain/names.ts';
import type { WireCredentials } from '../core/ports/wires.ts';
import type { Doors, Receiver, Resident } from '../engine/doors.ts';
import type { DiscoverySecrets } from './membership/discovery-secrets.ts';

export interface GroupDoorParts {
  readonly doors: Doors;
  readonly secrets: Pick<DiscoverySecrets, 'all'>;
  readonly member: PeerName;
  /** By its name whoever of the group is there may be asked for. */
  readonly group: GroupName;
  readonly credentials: WireCredentials;
  /** Takes members. */
  readonly desk: Receiver;
  /** Takes those who want a renewal. */
  readonly joins: Receiver;
}

export class GroupDoor {
  readonly #parts: GroupDoorParts;
  #resident: Resident;

  constructor(parts: GroupDoorParts) {
    this.#parts = parts;
    this.#resident = this.#open();
  }

  /** There is another secret. */
  move(): void {
    this.close();
    this.#resident = this.#open();
  }

  close(): void {
    this.#parts.doors.remove(this.#resident);
  }

  #open(): Resident {
    const { doors, secrets, member, group, credentials, desk, joins } = this.#parts;
    const resident = {
      // Asked anew each hour: those before the present one are over some time.
      get keys() {
        return secrets.all().flatMap((discoverySecret) => [
          { discoverySecret, member },
          { discoverySecret, member: group },
        ]);
      },
      credentials,
      desk,
      joins,
    };
    doors.add(resident);
    return resident;
  }
}
