// Rows about groups, members and their time that no test can show.

export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'PeerGroupCreate PEER_E_INVALID_PROPERTIES':
    'no header defines it: PEER_E_INVALID_GROUP_PROPERTIES is returned in its place',
  'PeerGroupOpen 3': 'the handle is what the function resolves to: there is no pointer to be NULL',
  'PeerGroupConnect 12': 'advice to applications; every attempt here ends with an event by itself',
  'PeerGroupConnect 13':
    'a permission: what clocks that disagree can spoil is the dates of memberships, which are judged as at any other time',
  'PeerGroupConnectByAddress 4':
    'advice to applications; every attempt here ends with an event by itself',
  'PeerGroupGetStatus E_INVALIDARG':
    'its only argument is the handle, for which there is PEER_E_INVALID_GROUP',
  'PeerGroupGetProperties E_INVALIDARG':
    'its only argument is the handle, for which there is PEER_E_INVALID_GROUP',
};
