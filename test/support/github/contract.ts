// Finds the operation of a request in GitHub's OpenAPI and says what in the request breaks it.
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { z } from 'zod';

const Schema = z.record(z.string(), z.unknown());
const Fixture = z.object({
  version: z.string(),
  components: Schema,
  operations: z.array(
    z.object({
      id: z.string(),
      method: z.string(),
      path: z.string(),
      parameters: z.array(
        z.object({
          name: z.string(),
          in: z.enum(['path', 'query', 'header']),
          required: z.boolean(),
          multiSegment: z.boolean().default(false),
          schema: Schema,
        }),
      ),
      body: z.object({ required: z.boolean(), schema: Schema }).optional(),
    }),
  ),
});

type Operation = z.infer<typeof Fixture>['operations'][number];

export type Matched = { readonly operation: string; readonly params: Readonly<Record<string, string>> };

export type Request = {
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const fixture = Fixture.parse(
  JSON.parse(readFileSync(new URL('../../fixtures/github-openapi.json', import.meta.url), 'utf8')),
);

export const OPERATIONS: readonly string[] = fixture.operations.map((operation) => operation.id);

// Names whose value may hold slashes although GitHub's file does not say so.
const MULTI_SEGMENT = new Set(['basehead', 'branch', 'ref', 'path']);

const matchers = fixture.operations.map(toMatcher).toSorted((a, b) => b.literals - a.literals);
const byId = new Map(fixture.operations.map((operation) => [operation.id, operation]));

const bodies = new Ajv({ strict: false, allErrors: true });
addFormats.default(bodies);
bodies.addSchema({ $id: 'github', components: fixture.components }, 'github');
const queries = new Ajv({ strict: false, allErrors: true, coerceTypes: 'array' });
addFormats.default(queries);

const compiled = new Map<string, { readonly params: ValidateFunction; readonly body: ValidateFunction | null }>();

/** The most literal operation that fits; path values come decoded. */
export function matchOperation(request: { readonly method: string; readonly path: string }): Matched | undefined {
  for (const matcher of matchers) {
    const found = matcher.method === request.method ? matcher.pattern.exec(request.path) : null;
    if (found === null) continue;
    const params = matcher.names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')]);
    return { operation: matcher.id, params: Object.fromEntries(params) };
  }
  return undefined;
}

/** Sentences about what GitHub's schema does not allow; none when the request is legal. */
export function checkSchema(matched: Matched, request: Request): readonly string[] {
  const operation = byId.get(matched.operation);
  if (operation === undefined) throw new Error(`no operation ${matched.operation}`);
  const validators = compiled.get(operation.id) ?? compile(operation);
  compiled.set(operation.id, validators);
  const problems: string[] = [];
  if (!validators.params({ ...matched.params, ...request.query }))
    problems.push(...errorsOf(validators.params, 'query'));
  const hasBody = request.body !== undefined;
  if (operation.body === undefined || validators.body === null) {
    if (hasBody && Object.keys(Schema.parse(request.body)).length > 0) problems.push('a body is not expected here');
    return problems;
  }
  if (!hasBody) return operation.body.required ? [...problems, 'the body is missing'] : problems;
  if (!validators.body(request.body)) problems.push(...errorsOf(validators.body, 'body'));
  return [...problems, ...unknownFields(operation.body.schema, request.body)];
}

function toMatcher(operation: Operation): {
  readonly id: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly literals: number;
} {
  const segments = operation.path.split('/');
  const names: string[] = [];
  const pattern = segments.map((segment) => {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1];
    if (name === undefined) return segment.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    names.push(name);
    return MULTI_SEGMENT.has(name) ? '(.+)' : '([^/]+)';
  });
  return {
    id: operation.id,
    method: operation.method,
    // Without a path, the root of a repository is meant.
    pattern: new RegExp(`^${pattern.join('/')}$`.replace('/contents/(.+)', '/contents(?:/(.+))?')),
    names,
    literals: segments.length - names.length,
  };
}

function compile(operation: Operation): { readonly params: ValidateFunction; readonly body: ValidateFunction | null } {
  const parameters = operation.parameters.filter((parameter) => parameter.in !== 'header');
  const params = queries.compile({
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
    required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
    additionalProperties: false,
  });
  return { params, body: operation.body === undefined ? null : bodies.compile(operation.body.schema) };
}

function errorsOf(validate: ValidateFunction, where: string): readonly string[] {
  return (validate.errors ?? []).map((error) => {
    const extra = z.object({ additionalProperty: z.string() }).safeParse(error.params);
    const name = extra.success ? ` (${extra.data.additionalProperty})` : '';
    return `${where}${error.instancePath} ${error.message ?? 'is illegal'}${name}`;
  });
}

/** GitHub ignores what it does not know; we do not, since it is nearly always a misspelling. */
function unknownFields(schema: Readonly<Record<string, unknown>>, body: unknown): readonly string[] {
  const properties = Schema.safeParse(schema['properties']);
  const fields = Schema.safeParse(body);
  if (!properties.success || !fields.success) return [];
  return Object.keys(fields.data)
    .filter((name) => !(name in properties.data))
    .map((name) => `body/${name} is not a field of this operation`);
}
