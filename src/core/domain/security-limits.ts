// The bounds of who belongs and of joining (protocol.md §14, §15). Part of LIMITS, by which everybody else reads
// them.

export const SECURITY_LIMITS = {
  /** A statement about who belongs to the group. The longest seals a verifier for a thousand members. */
  statementBytesMax: 131_072,
  /** Members that sign one statement together. Two are enough to remove an administrator. */
  statementSignaturesMax: 4,
  /** Digests on one page of what a revocation lets count: as many as fit a frame. */
  keptDigestsInPageMax: 4_000,
  /** Pages of one revocation: a million batches, certificates and statements. */
  keptPagesMax: 256,
  /** Journals of a removed member whose end a revocation names: each is one database of that member. */
  cutoffsMax: 64,
  /** Memberships that one revocation voids by name. */
  certificatesRevokedMax: 64,
  /** Statements of one signer. Without it whoever may sign any fills everybody's disk. */
  statementsPerSignerMax: 4_096,
  /** Statements of a member that may issue nothing: to leave, and to leave again after a mistake. */
  statementsPerMemberMax: 4,
  /** Statements of a group. */
  statementsMax: 32_768,
  /** Statements of a signer whose membership is not here yet; of too many the oldest is given up and comes again by comparing. */
  statementsWaitingMax: 256,
  /** Memberships in whose chain one member stands above. Without it whoever may issue fills everybody's memory. */
  membershipsPerIssuerMax: 16_384,
  /** Uses of an offer that has a limit. */
  offerUsesMax: 1_000,
  /** Offers that are open at once. Each has door names of its own. */
  offersOpenMax: 64,
  /** Members who can read one verifier. */
  verifierBoxesMax: 1_024,
  /** Characters of a reason or label, in UTF-8 bytes. */
  statementTextBytesMax: 256,
  /** UTF-8 bytes of what an application says in the properties of a group: each member holds every version that was said. */
  applicationTextBytesMax: 4_096,
  /** Revocations for whose sake one epoch begins; the next one begins for the rest. */
  epochRevocationsMax: 64,
  /** A sealed verifier of a password. OPAQUE's takes under a thousand bytes. */
  verifierBytesMax: 4_096,
  /** A message of the password exchange, of which the longest takes some 320 bytes. */
  passwordMessageBytesMax: 512,
  /** Discovery secrets before the present one: whoever was away for several epochs comes in by one of them. */
  earlierSecretsMax: 8,
  /** Of such a text. A ticket with long names and every contact takes some 6,000 bytes. */
  ticketKeptBytesMax: 8_192,
  /** Members with their addresses in the export of a group's configuration, those met last. */
  contactsInExportMax: 256,
  /** Characters of an exported identity: the longest certificate and its key, sealed. */
  identityExportTextMax: 16_384,
  /** Characters of an exported configuration: the longest chain, and every contact with long names. */
  groupExportTextMax: 327_680,
  /** Leases that are renewed at once, before others have their turn; each is a signature and goes to everybody. */
  renewalsInStepMax: 16,
  /** Wrong passwords of one offer within a minute, over all who admit. Without it a short password is tried through. */
  guessesPerMinute: 5,
  /** The same within a day. Whoever tries for a year had 18,250, so a password of the policy stays one. */
  guessesPerDay: 50,
  /** Wrong passwords in a row from where on each further one doubles the time until the next may be tried. */
  guessesInRow: 5,
  /** The longest such time. A longer one would only help those who want to keep others out. */
  guessDelayMsMax: 3_600_000,
  /** Wrong passwords that one host may show within a minute, whatever it wants to join. */
  guessesPerHostPerMinute: 10,
  /** Of those in a row, how many one member may tell of; further ones do not count. So two liars cannot make others wait. */
  guessesToldInRow: 2,
  /** Of those of a day, the same. Two liars leave ten to others, and who goes from one admitter to the next has 90 at most in place of 50. */
  guessesToldPerDay: 20,
  /** Wrong codes after which an offer by a code ends: three of 45 bits find it once in 10 trillion times. */
  codeGuessesMax: 3,
  /** Offers whose wrong passwords are counted. What only others told of is forgotten first, then the one that was quiet for longest. */
  guessedOffersMax: 256,
  /** Chains, statements and pages that a neighbor may list: all that may be stored of the first two, and as many pages. */
  securityListedMax: 131_072,
  /** Statements and pages that are passed on out of one comparison, or of one commit; further ones are found by comparing. */
  securityPushedMax: 64,
  /** Bytes of those; pages beyond it are asked for. Without it one removal fills what a neighbor may leave unread. */
  securityPushedBytesMax: 1_048_576,
  /** Statements and pages that a neighbor may bring in quick succession: all that a newcomer lacks. Each may cost four signatures. */
  statementsFromNeighborBurst: 65_536,
  /** How many of those come back every second. */
  statementsFromNeighborPerSecond: 64,
  /** Joins that are under way at one member; a further one is told to come again. A password takes the joiner a second. */
  joinsUnderWayMax: 16,
  /** Those of one host among them, so that one host cannot take all places. */
  joinsPerHostMax: 4,
  /** From the first byte of a join to its last; whoever waits for a yes is not counted. Three times what a slow phone takes for a password. */
  joinMs: 20_000,
  /** Joiners that wait for somebody's yes at one member; further ones are told to come again. */
  joinsPendingMax: 64,
  /** Those of one host among them: without it one with many keys takes the places of all, and asks somebody without end. */
  joinsPendingPerHostMax: 16,
  /** Those by one offer, so that one that has leaked leaves room for the others. */
  joinsPendingPerOfferMax: 32,
  /** How long a joiner waits for a yes, and how long the answer is kept. */
  joinPendingMs: 600_000,
  /** Members that a joiner asks because others named them; without it liars would send it anywhere for ever. */
  joinReferralsMax: 16,
  /** Clocks that differ by more make dates of one end strange to the other. Door names allow for hardly more. */
  joinSkewMaxMs: 3_600_000,
  /** Offers to whose door name a member answers, open ones first; those that are over say so to whoever comes late. */
  joinDoorsMax: 128,
  /** Offers of one signer. The longest of these statements, for it seals a verifier to many. */
  offersPerSignerMax: 256,
  /** Statements of one kind by those below one whom the creator took in, pages of revocations included: 1 GB at the worst. Without it whoever may make administrators has no bound. */
  statementsPerBranchMax: 8_192,
  /** Revocations of one target by one signer. Without it they all contradict each other, and who wins costs their square. */
  revocationsPerTargetMax: 16,
  /** Pages that a member who may issue nothing lists its batches on when it leaves: more than it can have records. */
  pagesPerMemberMax: 64,
  /** Pages that came before a revocation that names them, as many as one may have; the oldest is given up and comes again by comparing. */
  pagesWaitingMax: 256,
} as const;
