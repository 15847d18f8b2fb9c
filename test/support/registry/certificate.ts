// Makes a self-signed certificate (X.509 in DER) for token signing, so that no openssl is needed.
import { createPrivateKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export type SelfSigned = { readonly privateKey: KeyObject; readonly certificate: Uint8Array; readonly pem: string };

/** RSA 2048, SHA-256, valid for a day around now. */
export function makeSelfSigned(commonName: string): SelfSigned {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const privateKey = createPrivateKey(pair.privateKey);
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from(commonName)))));
  const day = 24 * 3600 * 1000;
  const validity = der(SEQUENCE, utcTime(Date.now() - day), utcTime(Date.now() + day));
  const algorithm = der(SEQUENCE, SHA256_WITH_RSA, der(NULL));
  const serial = der(INTEGER, Buffer.from([1]));
  const version3 = der(EXPLICIT_0, der(INTEGER, Buffer.from([2])));
  const body = der(SEQUENCE, version3, serial, algorithm, name, validity, name, pair.publicKey);
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', body, privateKey));
  const certificate = der(SEQUENCE, body, algorithm, signature);
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  return { privateKey, certificate, pem };
}

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const OBJECT_ID = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const SEQUENCE = 0x30;
const SET = 0x31;
const EXPLICIT_0 = 0xa0;
const COMMON_NAME = der(OBJECT_ID, Buffer.from([0x55, 0x04, 0x03]));
const SHA256_WITH_RSA = der(OBJECT_ID, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b]));

/** Tag, length, value (X.690 §8.1). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(parts);
  if (value.length < 0x80) return Buffer.concat([Buffer.from([tag, value.length]), value]);
  const length = Buffer.from(value.length.toString(16).padStart(value.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, value]);
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(UTC_TIME, Buffer.from(`${digits}Z`));
}
