// Which addresses that a registry names may be contacted.
import { expect, test } from 'vitest';
import { planRoute } from '../../../src/registry/auth/realm.ts';

test.each([
  ['the registry’s own host', 'https://ghcr.io/token', 'ghcr.io', 'open'],
  ['its own host on another port', 'https://registry.corp:8443/token', 'registry.corp:5000', 'open'],
  ['a listed host', 'https://tokens.corp/token', 'registry.corp', 'open'],
  ['a listed host and port', 'https://sso.corp:8443/token', 'registry.corp', 'open'],
  ['any other name, if it turns out public', 'https://auth.docker.io/token', 'registry-1.docker.io', 'public-only'],
  ['a public address', 'https://140.82.121.34/token', 'registry.corp', 'public-only'],
  ['plain http on loopback, for a loopback registry', 'http://127.0.0.1:9/token', '127.0.0.1:5000', 'open'],
  ['plain http for another registry', 'http://ghcr.io/token', 'ghcr.io', 'refused'],
  ['loopback for another registry', 'http://127.0.0.1/token', 'registry.corp', 'refused'],
  ['a number that is loopback', 'https://2130706433/token', 'registry.corp', 'refused'],
  ['IPv6 loopback', 'https://[::1]/token', 'registry.corp', 'refused'],
  ['another scheme', 'file:///etc/passwd', 'registry.corp', 'refused'],
  ['a listed host on another port than listed', 'https://10.0.0.5:1/token', 'registry.corp', 'refused'],
])('A realm on %s', (_name, target, registryHost, kind) => {
  const trustedHosts = ['tokens.corp', 'sso.corp:8443', '10.0.0.5:8443'];
  expect(planRoute({ target, registryHost, trustedHosts }).kind).toBe(kind);
});
