// Which hosts may be reached, and how.
import { describe, expect, test } from 'vitest';
import { isLoopbackHost, isPublicAddress, originOf, planRoute } from '../../../src/registry/auth/realm.ts';

describe('Hosts', () => {
  test.each([
    ['localhost', true],
    ['localhost:5000', true],
    ['127.0.0.1:5000', true],
    ['127.9.9.9', true],
    ['[::1]:5000', true],
    ['ghcr.io', false],
    ['localhost.example', false],
    ['127.0.0.1.example:80', false],
    ['10.0.0.1:5000', false],
  ])('%s is loopback: %j', (host, loopback) => {
    expect(isLoopbackHost(host)).toBe(loopback);
    expect(originOf(host)).toBe(`${loopback ? 'http' : 'https'}://${host}`);
  });

  test.each([
    ['8.8.8.8', true],
    ['140.82.121.34', true],
    ['2606:50c0:8000::153', true],
    ['10.1.2.3', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['172.31.0.1', false],
    ['192.168.1.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::1', false],
    ['::', false],
    ['fe80::1', false],
    ['fd00::1', false],
    ['ff02::1', false],
    ['::ffff:8.8.8.8', false],
    ['64:ff9b::a00:1', false],
    ['2002:a00:1::', false],
    ['2001:db8::1', false],
    ['ghcr.io', false],
  ])('%s is a public address: %j', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

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
});
