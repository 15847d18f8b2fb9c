// Accepts that an installation is gone or suspended only if GitHub confirms it to the App itself.
import { z } from 'zod';
import { OutsideError } from '../../net/outside-error.ts';
import type { Ask } from './ask.ts';
import { isGitHubError } from './errors.ts';

const InstallationState = z.object({ suspended_at: z.string().nullish() });

/**
 * `ask` of an installation. Work for a removed one is dropped, so a single refusal of a token is not believed:
 * `GET /app/installations/{id}` is requested too. If that does not confirm the removal, the error is transient.
 */
export function confirmRemoval(
  ask: Ask,
  { asApp, installationId }: { readonly asApp: Ask; readonly installationId: number },
): Ask {
  return async (question) => {
    try {
      return await ask(question);
    } catch (error) {
      if (!isGitHubError(error, 'github-not-installed') || (await isGone(asApp, installationId))) throw error;
      const message = `${question.tried}: GitHub refused a token of installation ${installationId}, but does not say that it is gone.`;
      throw new OutsideError(message, {
        code: 'github-unavailable',
        retryable: true,
        status: error.status,
        cause: error,
      });
    }
  };
}

/** False also if GitHub can't answer. */
async function isGone(asApp: Ask, installationId: number): Promise<boolean> {
  try {
    const { data } = await asApp({
      tried: `reading installation ${installationId}`,
      send: (api) => api.apps.getInstallation({ installation_id: installationId }),
      answer: InstallationState,
    });
    return typeof data.suspended_at === 'string';
  } catch (error) {
    if (!(error instanceof OutsideError)) throw error;
    return error.code === 'github-not-found';
  }
}
