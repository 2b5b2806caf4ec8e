// PeerIdentityExport, PeerIdentityImport and PeerIdentityGetXML: what leaves the machine, and what is taken in.

import assert from 'node:assert/strict';
import { createPublicKey, X509Certificate } from 'node:crypto';

import {
  E_HANDLE,
  E_INVALIDARG,
  type P2P,
  PEER_E_ALREADY_EXISTS,
  PEER_E_NOT_FOUND,
} from '../../../src/p2p/index.ts';
import { readXml } from '../../../src/p2p/xml/read-xml.ts';
import { contract } from '../support/contract.ts';
import { nearMachine } from '../support/machine.ts';
import { given, items, ok, refusedAs } from '../support/test-peer.ts';

const NOBODY = `${'0'.repeat(40)}.nobody`;

contract(
  'an identity goes to another machine under its name, with key and friendly name, and stays here',
  [
    'PeerIdentityExport S_OK',
    'PeerIdentityExport 1',
    'PeerIdentityExport 3',
    'PeerIdentityImport S_OK',
    'PeerIdentityImport 1',
    'PeerIdentityImport 6',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const elsewhere = (await nearMachine(t)).p2p;
    // Characters that XML escapes, and such that it cannot hold.
    for (const classifier of ['chess.<club> & "co"\r\n', '\u0001\ufffe\u{1f600}', null]) {
      const name = given(ok(await p2p.PeerIdentityCreate(classifier, 'Bob É', null)).pwzIdentity);
      const xml = await exported(p2p, name, 'a password');
      const { name: root, attributes, content } = readXml(xml);
      assert.deepEqual([root, [...attributes]], ['PEERIDENTITYEXPORT', [['VERSION', '1.0']]]);
      assert.deepEqual(
        content.map((each) => typeof each !== 'string' && each.name),
        ['PEERNAME', 'DATA'],
      );
      const { pwzIdentity } = ok(await elsewhere.PeerIdentityImport(xml, 'a password'));
      assert.equal(pwzIdentity, name);
      assert.equal(ok(await elsewhere.PeerIdentityGetFriendlyName(name)).pwzFriendlyName, 'Bob É');
      assert.ok((await keyOf(elsewhere, name)).equals(await keyOf(p2p, name)));
      ok(await elsewhere.PeerIdentityGetXML(name));
      ok(await elsewhere.PeerIdentityExport(name, 'another'));
    }
    const { hPeerEnum } = ok(await elsewhere.PeerEnumIdentities());
    assert.equal((await items(elsewhere, given(hPeerEnum))).length, 3);
  },
);

contract(
  'a plain name stands in PEERNAME, and in DATA what nobody reads without the password',
  ['PeerIdentityExport 1', 'PeerIdentityExport 4', 'PeerIdentityImport 4'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = given(ok(await p2p.PeerIdentityCreate('bob', 'Bob', null)).pwzIdentity);
    const xml = await exported(p2p, name, 'a password');
    assert.match(
      xml,
      new RegExp(`<PEERNAME>${name}</PEERNAME><DATA [^>]*>[A-Za-z0-9+/]+=*</DATA>`),
    );
    const key = (await privateKeyOf(p2p, name)).export({ type: 'pkcs8', format: 'der' });
    const [, content = ''] = /<DATA[^>]*>([^<]*)</.exec(xml) ?? [];
    assert.equal(Buffer.from(content, 'base64').includes(key.subarray(-32)), false);
    assert.notEqual(await exported(p2p, name, 'a password'), xml);
    ok(await p2p.PeerIdentityDelete(name));
    for (const wrong of ['', 'A password', 'a password ']) {
      refusedAs(await p2p.PeerIdentityImport(xml, wrong), E_INVALIDARG);
    }
    ok(await p2p.PeerIdentityImport(xml, 'a password'));
  },
);

contract(
  'the empty password is one, NULL is none',
  [
    'PeerIdentityExport E_INVALIDARG',
    'PeerIdentityExport 5',
    'PeerIdentityImport 5',
    'PeerIdentityImport E_INVALIDARG',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = given(ok(await p2p.PeerIdentityCreate('bob', 'Bob', null)).pwzIdentity);
    const xml = await exported(p2p, name, '');
    for (const none of [null, undefined, 5, 'a\0b', '\ud800']) {
      refusedAs(await Reflect.apply(p2p.PeerIdentityExport, p2p, [name, none]), E_INVALIDARG);
      refusedAs(await Reflect.apply(p2p.PeerIdentityImport, p2p, [xml, none]), E_INVALIDARG);
    }
    ok(await p2p.PeerIdentityDelete(name));
    refusedAs(await p2p.PeerIdentityImport(xml, 'any'), E_INVALIDARG);
    ok(await p2p.PeerIdentityImport(xml, ''));
  },
);

contract(
  'an identity that is not here is not exported, and one that is here is not imported',
  [
    'PeerIdentityExport PEER_E_NOT_FOUND',
    'PeerIdentityExport 6',
    'PeerIdentityImport PEER_E_ALREADY_EXISTS',
    'PeerIdentityImport 2',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    refusedAs(await p2p.PeerIdentityExport(NOBODY, 'a password'), PEER_E_NOT_FOUND);
    const name = given(ok(await p2p.PeerIdentityCreate('bob', 'Bob', null)).pwzIdentity);
    const xml = await exported(p2p, name, 'a password');
    const again = await p2p.PeerIdentityImport(xml, 'a password');
    refusedAs(again, PEER_E_ALREADY_EXISTS);
    assert.equal(again.pwzIdentity, undefined);
  },
);

contract(
  'a text that differs from the export by one character is refused',
  ['PeerIdentityImport 3', 'PeerIdentityImport E_INVALIDARG'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = given(ok(await p2p.PeerIdentityCreate('bob', 'Bob', null)).pwzIdentity);
    const xml = await exported(p2p, name, 'a password');
    ok(await p2p.PeerIdentityDelete(name));
    const dataAt = xml.indexOf('</DATA>');
    const changed = new Set([
      ` ${xml}`,
      `${xml}\n`,
      `\ufeff${xml}`,
      `<?xml version="1.0"?>${xml}`,
      xml.replace('><', '>\n<'),
      xml.replace('.bob<', '.bub<'),
      xml.replace('VERSION="1.0"', "VERSION='1.0'"),
      xml.replace('"1.0"', '"1.1"'),
      xml.replace('<DATA', '<DATA '),
      xml.replace('</PEERNAME>', '</PEERNAME><!---->'),
      xml.replaceAll('DATA', 'IDENTITYDATA'),
      xml.replace('<PEERNAME>', '<PEERNAME><![CDATA[').replace('</PEERNAME>', ']]></PEERNAME>'),
      xml.replace(name, '0.bob'),
      '',
      'text',
      `${'<a>'.repeat(300)}${'</a>'.repeat(300)}`,
      `${xml.slice(0, dataAt)}${'A'.repeat(70_000)}${xml.slice(dataAt)}`,
    ]);
    // Into the sealed bytes: the header, the salt, the middle and the end.
    const start = xml.indexOf('>', xml.indexOf('<DATA')) + 1;
    for (const at of [start, start + 2, start + 9, start + 40, (start + dataAt) >> 1, dataAt - 3]) {
      changed.add(`${xml.slice(0, at)}${xml[at] === 'A' ? 'B' : 'A'}${xml.slice(at + 1)}`);
    }
    for (const text of changed) {
      assert.notEqual(text, xml);
      refusedAs(await p2p.PeerIdentityImport(text, 'a password'), E_INVALIDARG);
    }
    ok(await p2p.PeerIdentityImport(xml, 'a password'));
  },
);

contract(
  'the description of an identity holds its certificate and no private key',
  [
    'PeerIdentityGetXML S_OK',
    'PeerIdentityGetXML 1',
    'PeerIdentityGetXML 3',
    'PeerIdentityGetXML i1',
  ],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const name = given(ok(await p2p.PeerIdentityCreate('bob', 'Bob', null)).pwzIdentity);
    const xml = given(ok(await p2p.PeerIdentityGetXML(name)).pwzIdentityXML);
    const { name: root, attributes, content } = readXml(xml);
    assert.deepEqual([root, [...attributes]], ['PEERIDENTITYINFO', [['VERSION', '1.0']]]);
    assert.deepEqual(
      content.map((each) => typeof each !== 'string' && each.name),
      ['IDC'],
    );
    const [, idc = ''] = /<IDC[^>]*>([A-Za-z0-9+/]+=*)<\/IDC>/.exec(xml) ?? [];
    const certificate = new X509Certificate(Buffer.from(idc, 'base64'));
    const key = await privateKeyOf(p2p, name);
    assert.ok(certificate.publicKey.equals(createPublicKey(key)));
    assert.ok(certificate.verify(certificate.publicKey));
    const secret = key.export({ type: 'pkcs8', format: 'der' }).subarray(-32);
    assert.equal(Buffer.from(idc, 'base64').includes(secret), false);
  },
);

contract(
  'NULL describes the default identity, which is made when there is none',
  ['PeerIdentityGetXML 2', 'PeerIdentityGetDefault 1'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    const [one, other] = await Promise.all([
      p2p.PeerIdentityGetXML(null),
      p2p.PeerIdentityGetXML(null),
    ]);
    assert.equal(ok(one).pwzIdentityXML, ok(other).pwzIdentityXML);
    const name = given(ok(await p2p.PeerIdentityGetDefault()).pwzPeerName);
    assert.match(name, /^[0-9a-f]{40}$/);
    ok(await p2p.PeerIdentityCreate('second', null, null));
    assert.equal(ok(await p2p.PeerIdentityGetXML(null)).pwzIdentityXML, one.pwzIdentityXML);
    assert.equal(ok(await p2p.PeerIdentityGetXML(name)).pwzIdentityXML, one.pwzIdentityXML);
  },
);

contract(
  'what is no identity of this user has no description',
  ['PeerIdentityGetXML E_HANDLE', 'PeerIdentityGetXML E_INVALIDARG'],
  async (t) => {
    const { p2p } = await nearMachine(t);
    refusedAs(await p2p.PeerIdentityGetXML(NOBODY), E_HANDLE);
    refusedAs(await p2p.PeerIdentityGetXML('nobody'), E_HANDLE);
    refusedAs(await p2p.PeerIdentityGetXML(''), E_INVALIDARG);
  },
);

async function exported(p2p: P2P, name: string, password: string): Promise<string> {
  return given(ok(await p2p.PeerIdentityExport(name, password)).pwzExportXML);
}

async function privateKeyOf(p2p: P2P, name: string) {
  return given(ok(await p2p.PeerIdentityGetCryptKey(name)).hCryptProv).key;
}

async function keyOf(p2p: P2P, name: string) {
  return createPublicKey(await privateKeyOf(p2p, name));
}
