// The weakenings for attacks 37 to 42 and 44 (see weakening.ts): what a member may do to the graph.

import type { Weakening } from './weakening.ts';

const OVERLAY = 'src/core/graph/overlay';
const FLOOD = 'src/core/graph/flood';
const POISONING = 'test/attacks/37-referral-poisoning.test.ts';
const ECLIPSE = 'test/attacks/38-eclipse.test.ts';
const USEFULNESS = 'test/attacks/39-fake-usefulness.test.ts';
const STORMS = 'test/attacks/40-tree-storms.test.ts';
const EMPTY = 'test/attacks/41-empty-announcements.test.ts';
const WALKS = 'test/attacks/42-walk-amplification.test.ts';
const CLOCKS = 'test/attacks/44-clock-drag.test.ts';

export const WEAKENINGS_OF_GRAPH: readonly Weakening[] = [
  {
    attack: 37,
    name: 'that the nodes of one member make room for each other',
    file: `${OVERLAY}/passive-view.ts`,
    find: 'own.length >= LIMITS.nodesPerMemberKept',
    replace: 'false',
    and: {
      file: `${OVERLAY}/passive-view.ts`,
      find: 'const ofMany = this.#dice.pick(largestKin(all));',
      replace: 'const ofMany = this.#dice.pick(largestKin([]));',
    },
    testFile: POISONING,
    testPattern: 'push out nobody',
  },
  {
    attack: 37,
    name: 'how often the cards of one member lead nowhere',
    file: `${OVERLAY}/dial-plan.ts`,
    find: 'if (!this.#knocks.isEmpty(member, now)) return true;',
    replace: 'if (member !== null) return true;',
    testFile: POISONING,
    testPattern: 'now and then',
  },
  {
    attack: 38,
    name: 'how many of one lineage are taken',
    file: `${OVERLAY}/admission.ts`,
    find: 'const isCrowded = !sizes.isFullMesh && view.crowding(neighbor.holder, sizes.target) > 0;',
    replace: 'const isCrowded = sizes.max < 0;',
    testFile: ECLIPSE,
    testPattern: 'get a share',
  },
  {
    attack: 38,
    name: 'that a node looks for others than those of one lineage',
    file: `${OVERLAY}/dial-plan.ts`,
    find: 'if (view.commonLineage().length === 0) return [];',
    replace: 'if (view.neighborCount >= 0) return [];',
    testFile: ECLIPSE,
    testPattern: 'finds one that is not',
  },
  {
    attack: 39,
    name: 'that only the first of all counts',
    file: `${FLOOD}/flood.ts`,
    find: 'this.#listener.onDelivered(from.link, false);',
    replace: 'this.#listener.onDelivered(from.link, true);',
    testFile: USEFULNESS,
    testPattern: 'nothing of it counts',
  },
  {
    attack: 39,
    name: 'that the least useful goes',
    file: `${OVERLAY}/active-view.ts`,
    find: '(wasFirst ? DELIVERY : 0)',
    replace: '(DELIVERY)',
    testFile: USEFULNESS,
    testPattern: 'echoes who goes',
  },
  {
    attack: 40,
    name: 'that nobody is given a parcel twice',
    file: `${FLOOD}/flood.ts`,
    find: 'const isDue = mayGo(from, parcel.kind) && !parcel.held.givenTo.has(from.link);',
    replace: 'const isDue = mayGo(from, parcel.kind);',
    testFile: STORMS,
    testPattern: 'is given once',
  },
  {
    attack: 40,
    name: 'how often one neighbor changes the tree',
    file: `${FLOOD}/flood.ts`,
    find: 'const may = from.changes.take(now);',
    replace: 'const may = from.link >= 0;',
    testFile: STORMS,
    testPattern: 'told once',
  },
  {
    attack: 41,
    name: 'that whoever breaks its promises is not asked',
    file: `${FLOOD}/tree-mending.ts`,
    find: 'this.#tree.find(next)?.promises.take(now);',
    replace: '',
    testFile: EMPTY,
    testPattern: 'bounded number of questions',
  },
  {
    attack: 41,
    name: 'that the next announcer is asked',
    file: `${FLOOD}/missing-parcels.ts`,
    find: 'parcel.announcers.push(by);',
    replace: '',
    testFile: EMPTY,
    testPattern: 'announced first is asked',
  },
  {
    attack: 42,
    name: 'how many shuffles of one neighbor are passed on',
    file: `${OVERLAY}/walks.ts`,
    find: '!from.walks.take(now.instant) || this.#wayByWalk.has(walk)',
    replace: 'this.#wayByWalk.has(walk)',
    testFile: WALKS,
    testPattern: 'passed on a few times',
  },
  {
    attack: 42,
    name: 'how often others are told of one newcomer',
    file: `${OVERLAY}/greetings.ts`,
    find: '&& this.#joins.take(neighbor.holder.member, now.instant)',
    replace: '',
    testFile: WALKS,
    testPattern: 'newcomer again and again',
  },
  {
    attack: 42,
    name: 'how many checks the cards of one member cost',
    file: `${OVERLAY}/peer-card.ts`,
    find: 'this.#checksOf.take(holder.member, instant) &&',
    replace: '',
    testFile: WALKS,
    testPattern: 'any number of cards',
  },
  {
    attack: 44,
    name: 'that the middle counts',
    file: 'src/core/graph/presence/group-time.ts',
    find: 'return (lower + upper) / 2 + now.instant;',
    replace:
      'return epochs.reduce((sum, epoch) => sum + epoch, 0) / epochs.length + (lower - lower + upper - upper) + now.instant;',
    testFile: CLOCKS,
    testPattern: 'draw slowly',
  },
  {
    attack: 44,
    name: 'how far a clock may be off',
    file: 'src/core/graph/presence/group-time.ts',
    find: 'const DIFFERENCE_MS_MAX = 1_200_000;',
    replace: 'const DIFFERENCE_MS_MAX = 1e12;',
    testFile: CLOCKS,
    testPattern: 'count for nothing',
  },
  {
    attack: 44,
    name: 'that a member has one clock',
    file: `${OVERLAY}/link-watch.ts`,
    find: 'return oldest?.link === link;',
    replace: 'return oldest !== undefined && link >= 0;',
    testFile: CLOCKS,
    testPattern: 'are one clock',
  },
  {
    attack: 43,
    name: 'how many links those have that one member invited',
    file: 'src/engine/graph/neighbor-desk.ts',
    find: 'return kin.length >= LIMITS.neighborLinksPerKinMax;',
    replace: 'return kin.length < 0;',
    testFile: 'test/attacks/43-neighbor-flood.test.ts',
    testPattern: 'half of the links',
  },
];
