// Every bound of the house with what would happen without it: those of links and records here, the others in the
// files beside this one. docs/security.md repeats them all in one table, and a test compares the two.

import { GRAPH_LIMITS } from './graph-limits.ts';
import { SECURITY_LIMITS } from './security-limits.ts';

export const LIMITS = {
  /** Memberships in a chain, the creator's included: the figure of p2p.h. Without it a chain costs a verifier any number of signatures. */
  membershipsInChainMax: 24,
  /** The same with first grants of those who were renewed, and the root: as many as fit `chainBytesMax`. */
  certificatesInChainMax: 64,
  /** DER of a whole chain, root included. Without it strangers make us hold and parse any amount before they are known. */
  chainBytesMax: 32_768,
  /** One certificate: the longest names there are take 5,200. 24 of them and the root fit a chain only when they are ordinary. */
  certificateBytesMax: 6_144,
  /** Chains that were judged sound and need no signature checked again. An ordinary one takes 5 kB; one that was forgotten is judged anew. */
  chainsRememberedMax: 1_024,
  /** The same for identity certificates, which strangers can make any number of. */
  identitiesRememberedMax: 1_024,
  /** Text of an invitation. A longer one is refused before it is decoded. */
  invitationTextMax: 65_536,
  /** Text of an identity card. */
  cardTextMax: 8_192,
  /** Addresses of one member in an invitation or HELLO. Without it a member makes others dial any number of hosts. */
  addressesPerMemberMax: 8,
  /** Members whose addresses an invitation carries. */
  contactsInInvitationMax: 8,
  /** Payload of a frame before the far end is authenticated: a HELLO with the longest chain. */
  helloBytesMax: 40_960,
  /** Connections that have been accepted and are not authenticated yet. Further ones are closed at once. */
  handshakesMax: 256,
  /** The same for one remote address, so that one host cannot take all places. */
  handshakesPerAddressMax: 64,
  /** Failed handshakes an address may have in quick succession before it is turned away unheard. */
  failuresPerAddressBurst: 64,
  /** How many of those it gets back every second. */
  failuresPerAddressRefill: 2,
  /** Remote addresses whose failures are remembered; the oldest is forgotten first. */
  addressesRememberedMax: 4_096,
  /** From accept to WELCOME with nobody else at the door. Halves with every 64 handshakes in flight. */
  handshakeMs: 10_000,
  /** What a member may keep a connection waiting that it has not decided about. */
  admissionMs: 5_000,
  /** One message to the application. A receiver holds one whole message, so this bounds its memory. */
  messageBytesMax: 16_777_216,
  /** Message types announced on a connection: an index takes two bytes or fewer. */
  messageTypesMax: 16_384,
  /** Bytes of messages that wait for the application before reading from the socket stops. */
  unreadBytesMax: 1_048_576,
  /** Messages that wait for the application before reading stops, so that empty ones are bounded too. */
  unreadMessagesMax: 16_384,
  /** Bytes handed to `send` and not yet to the kernel from where on `send` waits. */
  unsentBytesSoftMax: 1_048_576,
  /** The same bytes from where on `send` fails: only a caller that never awaits gets here. */
  unsentBytesMax: 67_108_864,
  /** Streams that are open at once on a connection, counted for each opener. */
  streamsMax: 128,
  /** Streams that a member opened and the application has not taken; further ones are reset. */
  streamsUntakenMax: 64,
  /** UTF-8 bytes of a stream's name. */
  streamNameBytesMax: 1_024,
  /** Bytes a stream may send before the first credit: with `streamsMax` it bounds what a member can make us hold unread. */
  streamWindowBytes: 131_072,
  /** What the window of a stream grows to while its reader keeps up. */
  streamWindowBytesMax: 2_097_152,
  /** Sum of the growth over all streams of a connection. */
  streamGrowthBytesMax: 16_777_216,
  /** Payload of one stream frame, so that a stream never holds up a message for longer than this takes. */
  streamFrameBytesMax: 65_536,
  /** Direct connections of one group in one process. Without it a member exhausts our descriptors. */
  connectionsMax: 16_384,
  /** Direct connections that one member may open to us. */
  connectionsPerMemberMax: 8_192,
  /** Connections that arrived and wait for the application to take them from an iterator. */
  connectionsUntakenMax: 1_024,
  /** A side that has sent nothing for this long sends KEEPALIVE. */
  keepAliveMs: 4_000,
  /** A far end that was silent for this long is gone. Three keep-alives may be lost. */
  silenceMaxMs: 12_000,
  /** What `close` waits for the far end before it cuts. */
  closeMs: 3_000,
  /** UTF-8 bytes of the reason a closer may give. */
  closeReasonBytesMax: 256,
  /** Data of one record. A receiver holds one whole record, so this bounds its memory. */
  recordDataBytesMax: 16_777_216,
  /** Data up to this length stand in the signed content; longer ones by their digest, so that a content stays small. */
  inlineDataBytesMax: 1_024,
  /** Attributes of one record; the figure of docs/glossary.md, "attribute". Each is a row of an index. */
  attributesMax: 256,
  /** UTF-8 bytes of a record's names and values together: 65,536 characters of the widest kind. */
  attributeBytesMax: 196_608,
  /** Records under one signature. A proof of one of them grows with the logarithm, a batch's leaves are read whole. */
  recordsInBatchMax: 1_024,
  /** What a version may be ahead of one for each millisecond since the record was created. Without it a member could freeze a record at the highest number. */
  versionsAhead: 65_536,
  /** How far the clock of an author may be ahead of ours. What is further ahead waits. */
  clockAheadMs: 600_000,
  /** How much longer than its record a tombstone is kept: twice what two clocks may differ. */
  tombstoneGraceMs: 1_200_000,
  /** How long the version that an administrator replaced is kept, in case the administrator is revoked: one lease. */
  shadowMs: 2_419_200_000,
  /** A record that is refreshed by itself lives at least this long each time: p2p.h's four minutes. */
  refreshMsMin: 240_000,
  /** Records of one author. Without it one member fills everybody's disk with tiny ones. */
  recordsPerAuthorMax: 250_000,
  /** Bytes of one author's records, batches and leaves. */
  recordBytesPerAuthorMax: 4_294_967_296,
  /** Records of a group. */
  recordsPerGroupMax: 2_500_000,
  /** Bytes of a group's records. */
  recordBytesPerGroupMax: 17_179_869_184,
  /** Batches that one neighbor forwarded and that wait for their author's membership or for their time. Its oldest is given up first. */
  batchesWaitingPerNeighborMax: 64,
  /** Bytes of those. */
  waitingBytesPerNeighborMax: 33_554_432,
  /** Neighbors for whom batches wait. */
  neighborsWaitingMax: 64,
  /**
   * How long a batch waits for a membership or a page. Whoever brought it is asked at once for what is missing;
   * beyond this nobody may ever have it, and the batch comes again by comparing. A guess.
   */
  batchWaitsMsMax: 60_000,
  /** Proofs of equivocation that are kept of one author: one is enough to convict. */
  equivocationsPerAuthorMax: 4,
  /** Memberships of authors that are kept in memory; a forgotten one is read and judged again. */
  membershipsRememberedMax: 1_024,
  /** Clauses of a search. */
  searchClausesMax: 256,
  /** Depth of a search, counting its clauses as one. Below it lies the stack of SQLite's parser. */
  searchDepthMax: 256,
  /** Characters of a text that a clause compares with or matches: what an attribute can hold. */
  searchTextMax: 65_536,
  /** Characters of the literal parts of a pattern that has wildcards: a long text is matched in its length times theirs. */
  searchPatternMax: 1_024,
  /** `*` and `?` of one pattern: matching costs their number times the length of the text. */
  searchWildcardsMax: 32,
  /** Results of one page. */
  searchPageMax: 1_000,
  /** Records of one `addAll`, which is one commit and told of at once: more would be too many for every live search. */
  recordsAddedMax: 10_000,
  /** Changes that wait for a slow reader of a live search; beyond it the reader is told to search again. */
  liveChangesMax: 10_000,
  /** Memory of those records, their objects included; of data above 1 KiB none is held. */
  liveChangeBytesMax: 67_108_864,
  ...GRAPH_LIMITS,
  ...SECURITY_LIMITS,
} as const;
