// Asks GitHub for the App's identity until it answers once: that proves the credentials and names the owner.
import { fetchApp, type App } from './app.ts';
import type { GitHub } from '../client/client.ts';

export type AppIdentity = {
  /** Null until GitHub answered once. */
  known(): App | null;
  /** The first answer, remembered; OutsideError while there is none. */
  learn(): Promise<App>;
};

export function createAppIdentity(github: GitHub): AppIdentity {
  let app: App | null = null;
  let asking: Promise<App> | null = null;
  const ask = async (): Promise<App> => {
    try {
      app = await fetchApp(github.asApp());
      return app;
    } finally {
      asking = null;
    }
  };
  return {
    known: () => app,
    learn: async () => app ?? (asking ??= ask()),
  };
}
