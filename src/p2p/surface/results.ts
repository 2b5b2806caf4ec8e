// The result codes that p2p.h and its neighbors define, as unsigned 32-bit numbers. Which of them a function gives,
// docs/p2p-api.md says; those that none gives are here so that ported programs compile.

/** Done. */
export const S_OK = 0x00000000;
/** Abnormal end. */
export const E_UNEXPECTED = 0x8000ffff;
/** Failure of the cryptographic library or of the file system without a code of its own. */
export const E_FAIL = 0x80004005;
/** Access denied. */
export const E_ACCESSDENIED = 0x80070005;
/** Bad handle. */
export const E_HANDLE = 0x80070006;
/** Memory ran out. */
export const E_OUTOFMEMORY = 0x8007000e;
/** Argument not valid. */
export const E_INVALIDARG = 0x80070057;
/** Win32 code 6 in HRESULT form. */
export const ERROR_INVALID_HANDLE = 0x80070006;
/** Win32 code 2 in HRESULT form: no such file. */
export const ERROR_FILE_NOT_FOUND = 0x80070002;
/** Win32 code 3 in HRESULT form: no such folder. */
export const ERROR_PATH_NOT_FOUND = 0x80070003;
/** Win32 code 303 in HRESULT form: identity deleted or being deleted. */
export const ERROR_DELETE_PENDING = 0x8007012f;
/** Win32 code 1068 in HRESULT form: the PNRP service is not running. */
export const ERROR_SERVICE_DEPENDENCY_FAIL = 0x8007042c;
/** Disk full. */
export const PEER_E_DISK_FULL = 0x80070070;
/** The item exists already. */
export const PEER_E_ALREADY_EXISTS = 0x800700b7;
/** The item does not exist. */
export const PEER_E_NOT_FOUND = 0x80070490;
/** Name service: cloud not found. */
export const PEER_E_CLOUD_NOT_FOUND = 0x80072ced;
/** Name service: cloud disabled. */
export const PEER_E_CLOUD_DISABLED = 0x80072cee;
/** Name service: identity not valid. */
export const PEER_E_INVALID_IDENTITY = 0x80072cef;
/** Name service: too much load. */
export const PEER_E_TOO_MUCH_LOAD = 0x80072cf0;
/** Name service: cloud is for searching only. */
export const PEER_E_CLOUD_IS_SEARCH_ONLY = 0x80072cf1;
/** Name service: compartment not valid. */
export const PEER_E_CLIENT_INVALID_COMPARTMENT_ID = 0x80072cf2;
/** Name service: name registered twice. */
export const PEER_E_DUPLICATE_PEER_NAME = 0x80072cf4;
/** Name service: cloud is dead. */
export const PEER_E_CLOUD_IS_DEAD = 0x80072cf5;
/** No IPv6 on the machine. */
export const PEER_E_IPV6_NOT_INSTALLED = 0x80630001;
/** Start-up function was not called. */
export const PEER_E_NOT_INITIALIZED = 0x80630002;
/** A dependent service cannot start. */
export const PEER_E_CANNOT_START_SERVICE = 0x80630003;
/** Not licensed on this platform. */
export const PEER_E_NOT_LICENSED = 0x80630004;
/** Graph handle not valid. */
export const PEER_E_INVALID_GRAPH = 0x80630010;
/** Graph opened with another database name than before in this process. */
export const PEER_E_DBNAME_CHANGED = 0x80630011;
/** Graph ID used before in this process. */
export const PEER_E_DUPLICATE_GRAPH = 0x80630012;
/** Graph not connected or not synchronised. */
export const PEER_E_GRAPH_NOT_READY = 0x80630013;
/** Graph is shutting down. */
export const PEER_E_GRAPH_SHUTTING_DOWN = 0x80630014;
/** Graph still connected or listening. */
export const PEER_E_GRAPH_IN_USE = 0x80630015;
/** Database does not belong to this graph, or is damaged. */
export const PEER_E_INVALID_DATABASE = 0x80630016;
/** Record has more attributes than allowed. */
export const PEER_E_TOO_MANY_ATTRIBUTES = 0x80630017;
/** No such connection. */
export const PEER_E_CONNECTION_NOT_FOUND = 0x80630103;
/** Attempt to connect to oneself. */
export const PEER_E_CONNECT_SELF = 0x80630106;
/** Already listening. */
export const PEER_E_ALREADY_LISTENING = 0x80630107;
/** No such node. */
export const PEER_E_NODE_NOT_FOUND = 0x80630108;
/** Connection failed. */
export const PEER_E_CONNECTION_FAILED = 0x80630109;
/** Connection not authenticated. */
export const PEER_E_CONNECTION_NOT_AUTHENTICATED = 0x8063010a;
/** The other side takes no connection. */
export const PEER_E_CONNECTION_REFUSED = 0x8063010b;
/** Classifier too long. */
export const PEER_E_CLASSIFIER_TOO_LONG = 0x80630201;
/** Limit of identities reached. */
export const PEER_E_TOO_MANY_IDENTITIES = 0x80630202;
/** Keys cannot be read. */
export const PEER_E_NO_KEY_ACCESS = 0x80630203;
/** Identity still has groups. */
export const PEER_E_GROUPS_EXIST = 0x80630204;
/** No such record. */
export const PEER_E_RECORD_NOT_FOUND = 0x80630301;
/** Database access denied. */
export const PEER_E_DATABASE_ACCESSDENIED = 0x80630302;
/** Database could not be loaded. */
export const PEER_E_DBINITIALIZATION_FAILED = 0x80630303;
/** Record too large. */
export const PEER_E_MAX_RECORD_SIZE_EXCEEDED = 0x80630304;
/** Database exists already. */
export const PEER_E_DATABASE_ALREADY_PRESENT = 0x80630305;
/** Database missing. */
export const PEER_E_DATABASE_NOT_PRESENT = 0x80630306;
/** Identity unknown. */
export const PEER_E_IDENTITY_NOT_FOUND = 0x80630401;
/** Event handle unknown. */
export const PEER_E_EVENT_HANDLE_NOT_FOUND = 0x80630501;
/** Search query not valid. */
export const PEER_E_INVALID_SEARCH = 0x80630601;
/** Record attributes not valid. */
export const PEER_E_INVALID_ATTRIBUTES = 0x80630602;
/** Invitation not valid. */
export const PEER_E_INVITATION_NOT_TRUSTED = 0x80630701;
/** Credential chain too long. */
export const PEER_E_CHAIN_TOO_LONG = 0x80630703;
/** Times of an invitation or of credentials are wrong. */
export const PEER_E_INVALID_TIME_PERIOD = 0x80630705;
/** Circular invitation, for example A invites B and B invites A. */
export const PEER_E_CIRCULAR_CHAIN_DETECTED = 0x80630706;
/** Identity store damaged. */
export const PEER_E_CERT_STORE_CORRUPTED = 0x80630801;
/** No such cloud. */
export const PEER_E_NO_CLOUD = 0x80631001;
/** Several clouds match. */
export const PEER_E_CLOUD_NAME_AMBIGUOUS = 0x80631005;
/** Record not valid. */
export const PEER_E_INVALID_RECORD = 0x80632010;
/** Not allowed. */
export const PEER_E_NOT_AUTHORIZED = 0x80632020;
/** Password too weak. */
export const PEER_E_PASSWORD_DOES_NOT_MEET_POLICY = 0x80632021;
/** Record cannot be validated yet. */
export const PEER_E_DEFERRED_VALIDATION = 0x80632030;
/** Group properties not valid. */
export const PEER_E_INVALID_GROUP_PROPERTIES = 0x80632040;
/** Peer name not valid. */
export const PEER_E_INVALID_PEER_NAME = 0x80632050;
/** Classifier not valid. */
export const PEER_E_INVALID_CLASSIFIER = 0x80632060;
/** Friendly name not valid. */
export const PEER_E_INVALID_FRIENDLY_NAME = 0x80632070;
/** Role not valid. */
export const PEER_E_INVALID_ROLE_PROPERTY = 0x80632071;
/** Classifier in an invitation not valid. */
export const PEER_E_INVALID_CLASSIFIER_PROPERTY = 0x80632072;
/** Record expiration not valid. */
export const PEER_E_INVALID_RECORD_EXPIRATION = 0x80632080;
/** Credential information not valid. */
export const PEER_E_INVALID_CREDENTIAL_INFO = 0x80632081;
/** Invitation used for joining not valid. */
export const PEER_E_INVALID_CREDENTIAL = 0x80632082;
/** Record size not valid. */
export const PEER_E_INVALID_RECORD_SIZE = 0x80632083;
/** Version not supported. */
export const PEER_E_UNSUPPORTED_VERSION = 0x80632090;
/** Group not connected or not synchronised yet. */
export const PEER_E_GROUP_NOT_READY = 0x80632091;
/** Group still connected or open. */
export const PEER_E_GROUP_IN_USE = 0x80632092;
/** Group handle not valid, or group marked for deletion. */
export const PEER_E_INVALID_GROUP = 0x80632093;
/** Connecting failed: no active member. */
export const PEER_E_NO_MEMBERS_FOUND = 0x80632094;
/** Connecting failed: the member found took no connection. */
export const PEER_E_NO_MEMBER_CONNECTIONS = 0x80632095;
/** Cannot listen; the port may be taken. */
export const PEER_E_UNABLE_TO_LISTEN = 0x80632096;
/** Identity was deleted. */
export const PEER_E_IDENTITY_DELETED = 0x806320a0;
/** Collaboration service not available. */
export const PEER_E_SERVICE_NOT_AVAILABLE = 0x806320a1;
/** Peer name cannot be converted to a host name. */
export const PEER_E_CANNOT_CONVERT_PEER_NAME = 0x80634001;
/** Host name cannot be converted to a peer name. */
export const PEER_E_INVALID_PEER_HOST_NAME = 0x80634002;
/** Nothing left. */
export const PEER_E_NO_MORE = 0x80634003;
/** Name registered more than once in a cloud. */
export const PEER_E_PNRP_DUPLICATE_PEER_NAME = 0x80634005;
/** No such contact. */
export const PEER_E_CONTACT_NOT_FOUND = 0x80636001;
/** Application invitation cancelled. */
export const PEER_E_INVITE_CANCELLED = 0x80637000;
/** No answer yet. */
export const PEER_E_INVITE_RESPONSE_NOT_AVAILABLE = 0x80637001;
/** Not signed in. */
export const PEER_E_NOT_SIGNED_IN = 0x80637003;
/** Privacy question declined. */
export const PEER_E_PRIVACY_DECLINED = 0x80637004;
/** Timed out. */
export const PEER_E_TIMEOUT = 0x80637005;
/** Address not valid. */
export const PEER_E_INVALID_ADDRESS = 0x80637007;
/** Firewall exception disabled. */
export const PEER_E_FW_EXCEPTION_DISABLED = 0x80637008;
/** Firewall exception blocked by policy. */
export const PEER_E_FW_BLOCKED_BY_POLICY = 0x80637009;
/** Firewall allows no exceptions. */
export const PEER_E_FW_BLOCKED_BY_SHIELDS_UP = 0x8063700a;
/** User declined the firewall exceptions. */
export const PEER_E_FW_DECLINED = 0x8063700b;
/** Success: data of the opened graph was created; needs synchronising. */
export const PEER_S_GRAPH_DATA_CREATED = 0x00630001;
/** Success: no event waits. */
export const PEER_S_NO_EVENT_DATA = 0x00630002;
/** Success: signed in without IPv6 addresses. */
export const PEER_S_NO_CONNECTIVITY = 0x00630005;
/** Success: already joined by password. */
export const PEER_S_ALREADY_A_MEMBER = 0x00630006;
/** Success: already connected. */
export const PEER_S_ALREADY_CONNECTED = 0x00632000;
/** Success: already subscribed. */
export const PEER_S_SUBSCRIPTION_EXISTS = 0x00636000;
