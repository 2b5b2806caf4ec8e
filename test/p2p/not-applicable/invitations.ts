// Rows of invitations, credentials, joining and configurations that do not apply here, and why.

const OWN_IDENTITY =
  'an identity that has groups cannot be deleted, so that nobody issues anything with a deleted one';

export const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  'PeerGroupCreatePasswordInvitation E_INVALIDARG':
    'its only argument is a handle, and one that is none is PEER_E_INVALID_GROUP',
  'PeerGroupCreatePasswordInvitation PEER_E_IDENTITY_DELETED': OWN_IDENTITY,
  'PeerGroupIssueCredentials PEER_E_IDENTITY_DELETED': OWN_IDENTITY,
  'PeerGroupJoin 3': 'there is one cloud, whose name is never ambiguous',
};
