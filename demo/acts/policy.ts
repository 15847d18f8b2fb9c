// Act: the repository gets a policy file. A slip in it is named by line and column; mended, it opens a second environment.
import type { Build } from '../build.ts';
import { IMAGE, type Stage } from '../stage.ts';
import type { Printer } from '../terminal/printer.ts';
import { answersTo, expectTags, textOf } from './promote.ts';

const FILE = '.github/promotion.yml';
const SLIP = 'environments:\n  production: {}\n  canary:\n    aprovals: { self_approval: true }\n';
const CANARY = 'imprimatur / canary';

export async function playPolicy(stage: Stage, { step }: Printer, build: Build): Promise<void> {
  const { repo, until } = stage;
  const issue = repo.openIssue({ title: 'Try the new login page on some', by: 'ada' });
  const command = `/promote ${build.tag} to canary`;

  await step(`ada pushes ${FILE} with a mistake in it; /promote names line and column`, async (note) => {
    await repo.push('main', { files: { [FILE]: SLIP }, message: 'A canary' });
    const answered = answersTo(stage, issue);
    await repo.comment({ issue, by: 'ada', body: command });
    await until('a refusal', () => answered().length > 0);
    const [place] = /\w+ \d+, \w+ \d+.*"aprovals".*"approvals"\??/.exec(textOf(answered())) ?? [];
    if (place === undefined) throw new Error(`the answer names no place: ${textOf(answered())}`);
    note(`imprimatur[bot] → ${place}`);
  });
  await step(`The file is fixed; ada comments: ${command}`, async (note) => {
    await repo.push('main', { files: { [FILE]: SLIP.replace('aprovals', 'approvals') }, message: 'Mended' });
    await repo.comment({ issue, by: 'ada', body: command });
    await until(`a check run ${CANARY} that waits`, () => runOf(stage, build)?.conclusion === 'action_required');
    note(`check run "${CANARY}": ${runOf(stage, build)?.title}`);
  });
  await step('The file allows self-approval, and ada approves; production does not change', async (note) => {
    const before = stage.registry.tag(IMAGE, 'main');
    await repo.comment({ issue, by: 'ada', body: '/approve' });
    await until(`a green check run ${CANARY}`, () => runOf(stage, build)?.conclusion === 'success');
    await expectTags(stage, { digest: build.digest, tags: ['canary'] });
    if (stage.registry.tag(IMAGE, 'main') !== before) throw new Error('production moved');
    note(`canary = ${build.digest}`);
  });
}

function runOf(stage: Stage, { commit }: Build): ReturnType<Stage['repo']['checkRuns']>[number] | undefined {
  return stage.repo.checkRuns(commit).findLast(({ name }) => name === CANARY);
}
