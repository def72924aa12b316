import { describe, expect } from "vitest";
import { idOf } from "../stand-ins/docker-engine.ts";
import { alert, recovery, SOON } from "./support/collector.ts";
import { BEHAVIOURS, queue } from "./support/orchestrator.ts";
import { type Scene, test } from "./support/scene.ts";
import { startTcp } from "./support/servers.ts";

const API = { id: idOf(1), name: "api" };
const PAUSED = { ...API, state: "paused", status: "Up 3 days (Paused)" };

/** A container, a dependency and an orchestrator, all well, watched in a language. */
async function watchIn(scene: Scene, language: string) {
  const [docker, db, orchestrator] = await Promise.all([
    scene.docker(API),
    scene.host(startTcp()),
    scene.orchestrator(),
  ]);
  const program = await scene.run({
    WATCHDOG_LANG: language,
    WATCHDOG_DOCKER_SOCK: docker.socketPath,
    WATCHDOG_DEPS: `db=tcp://127.0.0.1:${db.port}`,
    WATCHDOG_METRICS_URL: orchestrator.url,
    WATCHDOG_ORCH_DOWN_TICKS: "1",
  });
  await program.ticks(1);
  return { docker, db, orchestrator, program };
}

describe.concurrent("everything that people receive is in their language", () => {
  test("ru: what is wrong, why, what to do, and that it is over", async ({ scene }) => {
    const { docker, db, orchestrator, program } = await watchIn(scene, "ru");
    docker.containers = [PAUSED];
    await scene.told.expect(SOON, alert("container:api", "контейнер api на паузе", "docker unpause api"));
    await db.goAway();
    const told = await scene.told.expect(
      SOON,
      alert("dep:db", "зависимость db не отвечает", "соединение отклонено", "проверьте, работает ли она", "nc -zv"),
    );
    orchestrator.report({ queue: queue({ queued: 1_053 }) });
    await scene.told.expect(SOON, alert("queue_backlog", /в очереди 1\s053 задания/u, /1\s053 \(порог 50\)/u));
    docker.containers = [API];
    await scene.told.expect(SOON, recovery("container:api", "контейнер api работает"));
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db", "зависимость db отвечает"));
    orchestrator.report();
    await scene.told.expect(SOON, recovery("queue_backlog"));
    // What stays as it is everywhere: hashtags, commands, addresses; nothing else.
    const words = told.message.text.replace(/#\w+|nc -zv.*|tcp:\S+/gu, "");
    expect(words.match(/\p{Script=Latin}+/gu)).toEqual(["db"]);
    // The log is for whoever runs it.
    expect(program.decisions).toContain("alert dep:db");
  });

  test("fr: what is wrong, why, what to do, and that it is over", async ({ scene }) => {
    const { docker, db, orchestrator } = await watchIn(scene, "fr");
    docker.containers = [PAUSED];
    await scene.told.expect(SOON, alert("container:api", "le conteneur api est en pause", "docker unpause api"));
    await db.goAway();
    await scene.told.expect(
      SOON,
      alert("dep:db", "la dépendance db ne répond pas", "connexion refusée", "vérifiez qu’elle tourne", "nc -zv"),
    );
    orchestrator.behave(BEHAVIOURS.hang);
    await scene.told.expect(SOON, alert("orch_down", "l’orchestrateur est en panne", "pas de réponse en 2 s"));
    orchestrator.report();
    await scene.told.expect(SOON, recovery("orch_down", "l’orchestrateur répond"));
    docker.containers = [API];
    await scene.told.expect(SOON, recovery("container:api", "le conteneur api tourne"));
    await db.comeBack();
    await scene.told.expect(SOON, recovery("dep:db", "la dépendance db répond"));
  });
});
