// Cuts GitHub's OpenAPI down to the requests of the operations we use: node scripts/trim-github-openapi.ts <api.github.com.json>
// Source: `generated/api.github.com.json` of @octokit/openapi (MIT). The answer is test/fixtures/github-openapi.json.
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const OPERATIONS = [
  'apps/create-from-manifest',
  'apps/create-installation-access-token',
  'apps/get-authenticated',
  'apps/get-installation',
  'apps/get-org-installation',
  'apps/get-repo-installation',
  'apps/get-webhook-config-for-app',
  'apps/get-webhook-delivery',
  'apps/list-installations',
  'apps/list-repos-accessible-to-installation',
  'apps/list-webhook-deliveries',
  'apps/redeliver-webhook-delivery',
  'apps/revoke-installation-access-token',
  'checks/create',
  'checks/get',
  'checks/list-for-ref',
  'checks/update',
  'git/get-ref',
  'git/get-tree',
  'issues/create',
  'issues/create-comment',
  'issues/delete-comment',
  'issues/get',
  'issues/get-comment',
  'issues/list-comments',
  'issues/list-comments-for-repo',
  'issues/list-for-repo',
  'issues/update-comment',
  'pulls/get',
  'rate-limit/get',
  'reactions/create-for-issue-comment',
  'reactions/delete-for-issue-comment',
  'reactions/list-for-issue-comment',
  'repos/check-collaborator',
  'repos/compare-commits-with-basehead',
  'repos/create-deployment',
  'repos/create-deployment-status',
  'repos/get',
  'repos/get-branch',
  'repos/get-branch-rules',
  'repos/get-collaborator-permission-level',
  'repos/get-commit',
  'repos/get-content',
  'repos/get-deployment',
  'repos/get-deployment-status',
  'repos/list-branches',
  'repos/list-collaborators',
  'repos/list-commits',
  'repos/list-deployment-statuses',
  'repos/list-deployments',
  'repos/list-pull-requests-associated-with-commit',
  'teams/get-by-name',
  'teams/get-membership-for-user-in-org',
  'users/get-authenticated',
  'users/get-by-id',
];

const Loose = z.record(z.string(), z.unknown());
const Ref = z.object({ $ref: z.string() });
const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean().default(false),
  schema: Loose,
  'x-multi-segment': z.boolean().default(false),
});
const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(Loose).default([]),
  requestBody: z
    .object({ required: z.boolean().default(false), content: z.record(z.string(), z.object({ schema: Loose })) })
    .optional(),
});
const Document = z.object({
  info: z.object({ version: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: Loose,
});

const NOISE = new Set(['description', 'example', 'examples', 'externalDocs', 'title', 'deprecated', 'discriminator']);

const source = process.argv[2];
if (source === undefined) throw new Error('usage: node scripts/trim-github-openapi.ts <api.github.com.json>');
const document = Document.parse(JSON.parse(readFileSync(source, 'utf8')));
const components = new Map<string, unknown>();
const operations = OPERATIONS.map(trimOperation);
const target = new URL('../test/fixtures/github-openapi.json', import.meta.url);
const trimmed = { version: document.info.version, operations, components: Object.fromEntries(components) };
writeFileSync(target, `${JSON.stringify(trimmed, null, 1)}\n`);
console.log(`${operations.length} operations, ${components.size} components`);

function trimOperation(id: string): Record<string, unknown> {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, raw] of Object.entries(methods)) {
      const operation = Operation.safeParse(raw);
      if (!operation.success || operation.data.operationId !== id) continue;
      const body = operation.data.requestBody;
      const schema = body?.content['application/json']?.schema;
      return {
        id,
        method: method.toUpperCase(),
        path,
        parameters: operation.data.parameters.map(trimParameter),
        ...(schema === undefined ? {} : { body: { required: body?.required ?? false, schema: trimSchema(schema) } }),
      };
    }
  }
  throw new Error(`no such operation: ${id}`);
}

function trimParameter(raw: Record<string, unknown>): Record<string, unknown> {
  const parameter = Parameter.parse(Ref.safeParse(raw).success ? lookUp(Ref.parse(raw).$ref) : raw);
  return {
    name: parameter.name,
    in: parameter.in,
    required: parameter.required,
    ...(parameter['x-multi-segment'] ? { multiSegment: true } : {}),
    schema: trimSchema(parameter.schema),
  };
}

/** Drops words and `x-…`, and moves what `$ref` names into our own components. Property names are never noise. */
function trimSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(trimSchema);
  const object = Loose.safeParse(node);
  if (!object.success) return node;
  const ref = Ref.safeParse(node);
  if (ref.success) return { $ref: `github#/components/${keepComponent(ref.data.$ref)}` };
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object.data)) {
    if (NOISE.has(key) || key.startsWith('x-')) continue;
    // In OpenAPI 3.0 it means something only beside a type, and Ajv refuses it elsewhere.
    if (key === 'nullable' && !('type' in object.data)) continue;
    if (key === 'properties') {
      const properties = Object.entries(Loose.parse(value)).map(([name, schema]) => [name, trimSchema(schema)]);
      kept.push([key, Object.fromEntries(properties)]);
    } else kept.push([key, key === 'enum' || key === 'default' ? value : trimSchema(value)]);
  }
  return Object.fromEntries(kept);
}

function keepComponent(ref: string): string {
  const name = ref.split('/').at(-1) ?? ref;
  if (!components.has(name)) {
    components.set(name, null);
    components.set(name, trimSchema(lookUp(ref)));
  }
  return name;
}

function lookUp(ref: string): unknown {
  return ref
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => Loose.parse(node)[key], document);
}
