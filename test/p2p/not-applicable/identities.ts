// Rows of the Identity Manager, of enumerations, of events and of start and end that do not apply here, and why.

export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'PeerGroupStartup ERROR_SERVICE_DEPENDENCY_FAIL': 'there is no service that could be stopped',
  'PeerGroupStartup 2': 'there is no service that could be stopped',
  'PeerGroupShutdown E_UNEXPECTED':
    'it closes everything whatever happens meanwhile, so it has no abnormal end',
  'PeerIdentityExport 7':
    'DATA is base64 of an authenticated encryption: PFX has no form for Ed25519 keys that all could read',
  'PeerIdentityGetDefault E_INVALIDARG': 'it takes no arguments',
  'PeerCreatePeerName 7':
    'the name is what the function resolves to: there is no variable to be NULL before',
  'PeerEnumIdentities E_INVALIDARG': 'it takes no arguments',
  'PeerFreeData 4': 'there are no graphing functions, and so no memory of theirs',
};
