// Every bound of the house with what would happen without it. docs/security.md repeats this table
// and a test compares the two.

export const LIMITS = {
  /** Memberships in a chain, the creator's included: the figure of p2p.h. Without it a chain costs a verifier any number of signatures. */
  membershipsInChainMax: 24,
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
} as const;
