// Writes docs/promotion.schema.json, the JSON Schema of the policy file: node scripts/write-policy-schema.ts
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { promotionFileJsonSchema } from '../src/config/promotion-file.ts';

const target = new URL('../docs/promotion.schema.json', import.meta.url);
const style = (await resolveConfig(target)) ?? {};
writeFileSync(target, await format(JSON.stringify(promotionFileJsonSchema()), { ...style, parser: 'json' }));
