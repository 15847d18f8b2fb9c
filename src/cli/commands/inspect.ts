// `inspect`: the facts of any image, and the results of its checks.
import type { Finding } from '../../domain/finding.ts';
import type { PolicyProblem } from '../../domain/policy/policy-problem.ts';
import { formatReference } from '../../domain/image/reference.ts';
import { findEnvironment } from '../../domain/policy/policy.ts';
import { OutsideError } from '../../net/outside-error.ts';
import { facetsFor, validate } from '../../domain/validation.ts';
import { historyOf, possibleEnvironments, recordsOf, type Database } from '../../engine/examine/fact-sources.ts';
import { createCollection } from '../../facts/collect.ts';
import { createImageReader } from '../../facts/image-reader.ts';
import { escapeText } from '../../messages/escape.ts';
import { findingTexts } from '../../messages/finding-words.ts';
import { unknownText } from '../../messages/unknown-reason.ts';
import { policyProblemWords } from '../../messages/policy-problem.ts';
import { findOwnership } from '../../engine/people/authorize.ts';
import type { ImageOutcome } from '../../domain/promotion/history.ts';
import { outcomesJson, outcomeTexts, readOutcomes } from '../image-outcomes.ts';
import { jsonFlag, type CliCommand } from '../command.ts';
import { renderFindingsText } from '../render/findings-text.ts';
import { imageArgument, referenceOf, repoNameOf, repoOfImageFlag } from '../image-argument.ts';
import { imageJson, renderImage } from '../render/image-text.ts';
import { formatJson } from '../render/json.ts';
import { openDatabase } from '../database/open-database.ts';
import { openRepoContext } from '../repo-context.ts';
import { renderPlain } from '../render/plain-markdown.ts';
import { verdictOf } from '../verdict.ts';

export const inspect: CliCommand = {
  name: 'inspect',
  summary: 'Show an image and the results of its checks.',
  args: [imageArgument],
  flags: { repo: repoOfImageFlag, json: jsonFlag },
  example: 'imprimatur inspect ghcr.io/acme/dotca:staging-abc1234',
  run: async ({ args, flags, switches }, services) => {
    const { out, terminal, now } = services;
    const settings = services.settings();
    const reference = referenceOf(args[0], settings.registryHost);
    const { repository } = reference;
    const name = repoNameOf(flags['repo'], repository);
    const registry = await services.registry();
    terminal.progress(`Reading ${repository} …`);
    const target = reference.kind === 'tag' ? reference.tag : reference.digest;
    const digest = await registry.findDigest(repository, target);
    if (digest === null) throw notFound(formatReference(repository, target));
    const place = await openRepoContext(services, name);
    const { repo, policy } = place;
    const { database, repoId } = await openDatabase(services, name);
    const known = { ...repo, id: repo.id === 0 ? repoId : repo.id };
    const subject = {
      repository,
      digest,
      tag: reference.kind === 'tag' ? reference.tag : null,
      versionTag: null,
      repo: repo.name,
      branches: [policy.staging.branch, findEnvironment(policy, null)?.branch ?? policy.staging.branch],
      stagingReporters: policy.staging.reporters,
      environments: possibleEnvironments(policy),
      content: policy.validation.content,
    };
    const collection = createCollection(subject, {
      registry,
      images: createImageReader({ registry, now }),
      github: place.github,
      clock: services,
      history: historyOf(database, { repoId: known.id, repository }),
      ...recordsOf(database, { repoId: known.id, now }),
      ownership: () =>
        findOwnership(
          { settings, store: database.kind === 'open' ? database.store : null },
          { repo: known, image: repository },
        ),
    });
    const facts = await collection.collect(['contents', 'lineage', ...facetsFor('promotion', policy)]);
    const image = { facts, contents: await collection.contents() };
    const { environments } = policy;
    const outcomesOf = await readOutcomes(
      { registry, database },
      { repoId: known.id, image: repository, environments },
    );
    const outcomes = outcomesOf?.(digest) ?? null;
    terminal.progress(null);
    const findings = validate(
      facts,
      { policy, repo: repo.name, githubHost: settings.githubHost, isReviewed: false },
      'promotion',
    );
    const verdict = verdictOf(findings);
    if (switches.has('json')) {
      const about = { repo: repo.name, policy: policy.blob, policyFrom: place.policyFrom };
      await out.write(
        formatJson({
          ...imageJson(image),
          ...about,
          history: outcomesJson(outcomes),
          verdict,
          findings: findings.map(findingJson),
        }),
      );
    } else {
      const rows = [
        ['Repo', repo.name],
        ['Policy', place.policyFrom],
        ['History', historyText(outcomes, database)],
      ] as const;
      await out.write(`${terminal.style.bold(formatReference(repository, target))}\n\n`);
      await out.write(renderImage(image, { terminal, now: now(), rows }));
      await out.write(`\n${renderFindingsText(findings, terminal)}`);
      if (verdict === 'incomplete') await out.write(`\n${renderPlain(incompleteText(findings), terminal)}`);
      await out.write(problemLines(place.problems));
    }
    return verdict === 'fail' ? 1 : 0;
  },
};

function historyText(outcomes: readonly ImageOutcome[] | null, database: Database): string {
  if (database.kind === 'absent') return `not read: ${database.why}`;
  return outcomeTexts(outcomes ?? []).join('; ') || 'never promoted';
}

/** Markdown, as other messages are. */
export function incompleteText(findings: readonly Finding[]): string {
  const reasons = [
    ...new Set(findings.flatMap(({ seen }) => (seen.code === 'unknown' ? [unknownText(seen.reason)] : []))),
  ];
  return `**Some checks could not run** (${escapeText(reasons.join('; '), { maxLength: 500 })}). No other check failed.`;
}

/** A stable shape: docs/cli.md describes it. */
export function findingJson(finding: Finding): object {
  const { rule, image, platform, outcome, overridden, seen, wanted } = finding;
  const about = { rule, image, platform, outcome, overridden: overridden === true };
  return { ...about, ...findingTexts(finding), values: { seen, wanted } };
}

export function problemLines(problems: readonly PolicyProblem[]): string {
  if (problems.length === 0) return '';
  return [
    '',
    'The policy file is not valid:',
    ...problems.map((problem) => `  ${policyProblemWords(problem)}`),
    '',
  ].join('\n');
}

export function notFound(reference: string): OutsideError {
  return new OutsideError(`${reference} does not exist`, { code: 'image-not-found', retryable: false });
}
