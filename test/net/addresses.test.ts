// Which hosts are this machine itself, and which addresses are public.
import { expect, test } from 'vitest';
import { isLoopbackHost, isPublicAddress, originOf } from '../../src/net/addresses.ts';

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
