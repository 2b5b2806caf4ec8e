// The bounds of the graph: neighbors, flooding, presence and comparing (protocol.md §13). Part of LIMITS, by which
// everybody else reads them.

export const GRAPH_LIMITS = {
  /** A frame by which neighbors are found and kept: 60 cards. */
  overlayFrameBytesMax: 16_384,
  /** A frame by which two sets are compared. */
  syncFrameBytesMax: 131_072,
  /** A bundle on its way: the largest record with its content, its proof and the batch it is of. */
  bundleBytesMax: 17_825_792,
  /** Application data to a neighbor or to the whole group, which nobody stores. */
  broadcastBytesMax: 65_536,
  /** Contents and data of a publication that is flooded whole; of a longer one neighbors are offered the records and fetch them. */
  floodedBundleBytesMax: 1_048_576,
  /** Nodes whose links broke and that nobody has looked after since; the oldest is left to others. */
  doubtedNodesMax: 64,
  /** Bytes given to a link and not taken by its platform from where on nothing is pushed to it that it can ask for. */
  congestedBytesMin: 1_048_576,
  /** Bytes of one link that are read and not judged yet. Beyond it nothing more is read from the link. */
  unjudgedBytesMax: 8_388_608,
  /** Batches of those, since a small one costs a signature as well. */
  unjudgedBatchesMax: 256,
  /** Addresses in the card of a node. Without it one member's card makes everybody dial any number of hosts. */
  addressesInCardMax: 4,
  /** Cards in a PART: whom a node that has no room names instead. */
  referralsMax: 8,
  /** Cards in a SHUFFLE and in its reply, the origin's own included. More would move the contacts of many nodes at one node's wish. */
  shuffleCardsMax: 12,
  /** Steps of a random walk. A longer one would be one frame of the sender and many of others. */
  walkStepsMax: 8,
  /** Cards in one PRESENCE: 64 of the longest take 12 kB. */
  presenceCardsMax: 64,
  /** Nodes in one ROSTER, which is as many as fit its frame. */
  rosterEntriesMax: 1_024,
  /** Cards whose signature was found good; the one unseen for longest is forgotten first and costs a check when it comes again. */
  cardsRememberedMax: 2_048,
  /** Signatures of cards checked in quick succession: a roster and the first shuffles. Further cards are dropped unread and come again. */
  cardChecksBurst: 1_024,
  /** How many of those come back every second: 2 % of a processor. */
  cardChecksPerSecond: 200,
  /** Neighbor links of one group, ours and those that came; one that came and is too many is refused. Ten are used, the rest is for those that come and are told whom else to ask. */
  neighborLinksMax: 64,
  /** The same with one member: a process, one that was restarted, and two on other machines. Without it one member takes all places. */
  neighborLinksPerMemberMax: 4,
  /** Bytes that wait for a neighbor beyond its largest frame; with more it is too slow and hung up. Four times what a page of bundles has. */
  neighborUnsentBytesMax: 4_194_304,
  /** Dials of neighbors that are under way at once; a further one fails at once. */
  neighborDialsMax: 16,
  /** What a neighbor has from the first packet to WELCOME: half of a direct connection's, for there are others to try. */
  neighborDialMs: 5_000,
  /** Where the counting of a parcel's hops ends: three times the deepest tree that was measured. */
  floodHopsMax: 63,
  /** Parcels up to this size go to every neighbor: an announcement would hardly be smaller. */
  smallParcelBytesMax: 256,
  /** Parcels above this size are only announced and asked for, so that nobody gets one twice. */
  mediumParcelBytesMax: 65_536,
  /** Announcements in one IHAVE; more are two frames. */
  announcementsInFrameMax: 1_024,
  /** Ids of parcels that came in the last 90 seconds; the oldest is forgotten first and would be judged again. */
  parcelIdsMax: 131_072,
  /** Bytes of the parcels of the last 30 seconds, for those who ask; the oldest is dropped first and anti-entropy brings it. */
  parcelCacheBytesMax: 33_554_432,
  /** How many parcels these may be, so that tiny ones are bounded too. */
  parcelCacheMax: 16_384,
  /** Parcels that a neighbor was the first to announce and that are not here; further ones it announces are ignored. */
  missingPerLinkMax: 4_096,
  /** Neighbors that are remembered to have announced one missing parcel; more are not needed to get it. */
  announcersMax: 8,
  /** Large parcels asked for at one neighbor at once; further ones wait. */
  largePullsPerLinkMax: 2,
  /** GRAFT and PRUNE of one neighbor in quick succession; further ones are ignored. A burst is what 100 ms without a tree cost at a thousand parcels a second, several times. */
  treeChangesBurst: 512,
  /** How many of those come back every second. */
  treeChangesPerSecond: 64,
  /** Parcels a neighbor announced, was asked for and did not give; beyond it its announcements are ignored. */
  promisesBrokenBurst: 1_024,
  /** How many of those are forgiven every second. */
  promisesForgivenPerSecond: 1,
  /** Parcels above the small ones that a neighbor gave though they were here; those on their way when it was told to stop are among them. */
  duplicatesBurst: 2_048,
  /** How many of those are forgiven every second. */
  duplicatesPerSecond: 32,
  /** Broadcasts of one node in quick succession; further ones are refused, there and here. */
  broadcastsBurst: 128,
  /** How many of those come back every second. */
  broadcastsPerSecond: 32,
  /** Nodes whose broadcasts are told apart; the one silent for longest is forgotten first. */
  broadcastersMax: 4_096,
  /** Nodes of one member among those. Without it a member had the rate of as many nodes as it likes. */
  broadcastersPerMemberMax: 16,
  /** Broadcasts of a node below its latest that are told apart; an older one counts as seen. */
  broadcastWindow: 1_024,
  /** Nodes that are not tried for a while; the one noted first is forgotten first and tried too early. */
  backOffsRememberedMax: 512,
  /** Nodes that vanished or left; of those that are too many the first is forgotten, and is found again by others. */
  absentNodesMax: 128,
  /** Nodes of one member among those that vanished, and among the known ones when there is no room. Without it one key can be any number of nodes. */
  nodesPerMemberKept: 2,
  /** Members whose addresses the application or an invitation gave, to be dialed when nobody else is known. */
  contactsKeptMax: 256,
  /** FORWARD_JOIN and SHUFFLE of one neighbor in quick succession; further ones are ignored. A busy contact passes on this many newcomers. */
  walksPerLinkBurst: 20,
  /** How many of those come back every second. Without it one frame of a neighbor is any number of frames to others. */
  walksPerLinkPerSecond: 2,
  /** Shuffles whose reply is awaited, our own and those of others; the oldest is forgotten and its reply ends here. */
  shuffleWalksMax: 256,
  /** Pings of one neighbor in quick succession that are answered; further ones are signs of life and no more. */
  pingsPerLinkBurst: 20,
  /** How many of those come back every second. */
  pingsPerLinkPerSecond: 4,
  /** Newcomers that may take a neighbor's place in quick succession; further ones are referred to others. */
  displacementsBurst: 16,
  /** How many of those come back every second. Without it whoever dials again and again empties a node's view. */
  displacementsPerSecond: 2,
  /** Elements in WANT or OFFER, digests in a list of memberships: a frame with less than 131,072 bytes of them. */
  syncItemsMax: 4_000,
  /** Symbols that a peer keeps of its set; more differences than they tell apart are left to ranges. */
  syncSymbolsMax: 4_096,
  /** Ranges of one frame; each may be answered by 16 of them, which costs some 5 µs each. */
  syncRangesMax: 1_024,
  /** Elements that a range lists; one with more is divided. */
  syncRangeElementsMax: 16,
  /** Records that a neighbor has asked for and that wait to be sent, beside what a stream sends; what is above it, it asks for again. */
  syncRecordsQueuedMax: 65_536,
  /** Records that a peer has asked its neighbors for and not got yet; the others have to wait for the next comparison. */
  syncRecordsWantedMax: 65_536,
  /** Memberships that a neighbor may list: the root of a group that is larger is out of reach of this protocol. */
  syncMembershipsMax: 65_536,
  /** Answers to WANT that wait behind the records themselves: those to some 16,000 short ones. Beyond it the asker is cut off. */
  syncAnswersQueuedBytesMax: 2_097_152,
  /** Elements that are remembered of each neighbor because they were refused here or there: the oldest is forgotten. */
  syncRefusedMax: 4_096,
  /** Elements that are offered to a neighbor at once, and within a second; what is above it is found by comparing. */
  syncOfferedMax: 4_096,
  /** Questions of GET_SYMBOLS, RANGES and STREAM that a neighbor answers within a minute: those of 12 comparisons that differ in everything, and no work without end. */
  syncQuestionsPerMinuteMax: 4_096,
  /** Ranges of RANGES that we look at or tell of for one neighbor within a minute: a comparison of a million records that all differ takes 70,000, and each some 5 µs. Further ones are skipped, and left to the next comparison. */
  syncRangesPerMinuteMax: 262_144,
  /** What a list of memberships costs of those questions: thousands of digests are gone through for a frame that may have none. */
  syncListQuestions: 16,
  /** Neighbors whose heads differ are compared with after this time at the latest, whatever the pings say. */
  syncIntervalMs: 60_000,
  /** Cards of nodes that say they are present; a further one is dropped. 256 publish theirs in a large group. */
  rosterCardsMax: 4_096,
  /** Nodes of one member among those. Without it one member could take all places. */
  rosterNodesPerMemberMax: 64,
  /** Nodes that are remembered to have left; of the longest gone an old card could be told again. */
  rosterGoneMax: 4_096,
  /** Nodes that we name in a ROSTER, and cards with which we answer one. */
  rosterEntriesSentMax: 512,
  /** Cards that one neighbor may bring in quick succession; further ones are dropped, and asked for when they are missed. A thousand nodes that begin together come by each neighbor. */
  rosterCardsBurst: 2_048,
  /** How many of those come back every second; in a large group two cards in three seconds go round. */
  rosterCardsPerSecond: 64,
  /** ROSTERs of one neighbor in quick succession that are answered. */
  rosterQuestionsBurst: 4,
  /** How many of those come back every second: one in ten seconds. */
  rosterQuestionsPerSecond: 0.1,
  /** Members whose doings are counted one by one; the one asked about longest ago is forgotten first. */
  membersRatedMax: 4_096,
  /** Signatures of one member's cards checked in quick succession: of sixteen nodes, each of which came and went. Without it one member uses up the checks of all. */
  memberCardChecksBurst: 64,
  /** How many of those come back every second: sixteen nodes renew one card in ten seconds. */
  memberCardChecksPerSecond: 1,
  /** Dials of one member's nodes that reached nobody, in quick succession; further ones wait. Without it one key makes everybody knock at any number of hosts. */
  memberDialsBurst: 8,
  /** How many of those come back every second: somewhat more than a node that vanished is looked for. */
  memberDialsPerSecond: 0.25,
  /** Times that others are told in quick succession that a member is new; it is a neighbor all the same. */
  memberJoinsBurst: 4,
  /** How many of those come back every second. Without it whoever dials again and again is on all walks of a node. */
  memberJoinsPerSecond: 4 / 60,
  /** Neighbor links that came from one member and those it invited: half of all. Without it one who may invite fills the door. */
  neighborLinksPerKinMax: 32,
} as const;
