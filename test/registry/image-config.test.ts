// What an image config says, with its nulls and extras.
import { describe, expect, test } from 'vitest';
import { parseImageConfig } from '../../src/registry/image-config.ts';
import { failureOf } from './harness.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('Image configs', () => {
  test('give what rules read', () => {
    const config = {
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      created: '2026-11-24T12:00:00Z',
      config: {
        Entrypoint: ['/app'],
        Cmd: ['serve'],
        Labels: { a: 'b' },
        Healthcheck: { Test: ['CMD', '/ready'], Interval: 1 },
        User: '65532',
        Env: ['PORT=8080', 'EMPTY='],
        WorkingDir: '/srv',
        ExposedPorts: { '8080/tcp': {} },
      },
      history: [{ created_by: 'COPY' }, { empty_layer: true }],
      rootfs: { type: 'layers', diff_ids: [DIGEST] },
    };
    expect(parse(config)).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      created: '2026-11-24T12:00:00Z',
      entrypoint: ['/app'],
      cmd: ['serve'],
      labels: { a: 'b' },
      healthcheckTest: ['CMD', '/ready'],
      user: '65532',
      env: ['PORT=8080', 'EMPTY='],
      workingDir: '/srv',
      exposedPorts: ['8080/tcp'],
      history: [{ emptyLayer: false }, { emptyLayer: true }],
      diffIds: [DIGEST],
    });
  });

  test.each([
    ['an empty object', {}],
    [
      'nulls',
      {
        os: null,
        config: { Cmd: null, Labels: null, Healthcheck: null, Entrypoint: null, Env: null, ExposedPorts: null },
        history: null,
        rootfs: null,
      },
    ],
    ['a null config', { config: null }],
  ])('may be %s', (_name, value) => {
    expect(parse(value)).toMatchObject({
      entrypoint: [],
      cmd: [],
      labels: {},
      healthcheckTest: null,
      history: [],
      diffIds: [],
    });
  });

  test.each([
    ['a list', []],
    ['labels that are no texts', { config: { Labels: { a: 1 } } }],
    ['a number as command', { config: { Cmd: 1 } }],
  ])('%s are invalid', async (_name, value) => {
    const error = await failureOf(Promise.resolve().then(() => parse(value)));
    expect(error).toMatchObject({ code: 'image-config-invalid', retryable: false });
  });
});

function parse(value: unknown): unknown {
  return parseImageConfig(Buffer.from(JSON.stringify(value)));
}
