import { after, before, describe } from "node:test";
import { imagesMissing } from "../../lab/images.ts";
import { actions } from "./actions.ts";
import { faults } from "./faults.ts";
import { hardening } from "./hardening.ts";
import { Scene } from "./scene.ts";
import { variants } from "./variants.ts";

// One file, because an engine and a router are started for each: under emulation that is a good part of a minute.
const obstacle = imagesMissing();

describe("docker-compose.yml", { skip: obstacle ?? false }, () => {
  let scene: Scene;

  before(async () => {
    scene = await Scene.start();
  });

  after(async () => {
    await scene?.stop();
  });

  const current = () => scene;
  describe("what the router hears", () => actions(current));
  describe("what the containers may do", () => hardening(current));
  describe("other ways to run the pair", () => variants(current));
  describe("what is wrong ends in a clear line", () => faults(current));
});
