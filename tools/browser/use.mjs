// Uses the demo notebook in the classic Notebook as a person would, in smoke size, and takes a picture after each act:
// open, run all, interrupt while proxies train, run the next cell, restart, run all again.
//
//   cd tools/browser && npm install && node use.mjs FOLDER      pictures and the run folders go to FOLDER
//
// CHROMIUM=PATH names the browser (/usr/bin/chromium). Exit code 1: an act did not do what it says.
import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { chromium } from "playwright-core";

const root = resolve(import.meta.dirname, "../..");
const folder = resolve(process.argv[2] ?? "browser");
const SMOKE = "PROXIES = 16; PROXY_STEPS = 200; TARGET_STEPS = 50; SEEDS = 2; CANDIDATES = 10_000;";
const MINUTE = 60_000;

function freePort() {
    return new Promise((done) => {
        const server = createServer().listen(0, "127.0.0.1", () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });
}

async function startJupyter(port) {
    const jupyter = spawn(
        `${root}/run-notebook`,
        ["--open", `${folder}/regmix-d.ipynb`, "--no-browser", "--ip", "127.0.0.1", "--port", `${port}`],
        { env: { ...process.env, JUPYTER_TOKEN: "look", REGMIXD_RUNS: `${folder}/runs` }, stdio: ["ignore", "pipe", "pipe"] },
    );
    await new Promise((done, fail) => {
        const hear = (text) => `${text}`.includes("is running at") && done();
        jupyter.stdout.on("data", hear);
        jupyter.stderr.on("data", hear);
        jupyter.on("exit", (code) => fail(new Error(`Jupyter ended with ${code}`)));
    });
    return jupyter;
}

let pictures = 0;
async function picture(page, name) {
    const file = `${folder}/${String(++pictures).padStart(2, "0")}-${name}.png`;
    await page.screenshot({ path: file });
    console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${file}`);
}

/** The place of the first cell whose source holds this text. */
const cellWith = (page, text) => page.evaluate(
    (wanted) => Jupyter.notebook.get_cells().findIndex((cell) => cell.get_text().includes(wanted)), text);

async function show(page, text) {
    const at = await cellWith(page, text);
    await page.evaluate((index) => {
        Jupyter.notebook.select(index);
        Jupyter.notebook.get_cell(index).element[0].scrollIntoView({ block: "start" });
    }, at);
    await page.waitForTimeout(500);
    return at;
}

/** Waits until the output of the cell holds the pattern. */
const output = (page, cell, pattern, timeout) => page.waitForFunction(
    ([index, wanted]) => new RegExp(wanted).test(
        JSON.stringify(Jupyter.notebook.get_cell(index).output_area.toJSON())), [cell, pattern], { timeout, polling: 200 });

const idle = (page, timeout) => page.waitForFunction(
    () => !Jupyter.notebook.kernel_busy && Jupyter.notebook.get_cells().every((cell) => cell.input_prompt_number !== "*"),
    undefined, { timeout, polling: 500 });

async function menu(page, name, entry) {
    await page.click(`#${name}link`);
    await page.click(`${entry} a`);
}

async function startKernel(page) {
    await page.waitForFunction(() => Jupyter.notebook?.kernel?.is_connected?.() ?? false, undefined, { timeout: 3 * MINUTE });
}

const started = Date.now();
mkdirSync(folder, { recursive: true });
copyFileSync(`${root}/notebooks/regmix-d.ipynb`, `${folder}/regmix-d.ipynb`); // Jupyter saves what is changed
const port = await freePort();
const jupyter = await startJupyter(port);
const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"],
});
try {
    const page = await browser.newPage({ viewport: { width: 1200, height: 1000 } });
    page.on("dialog", (dialog) => dialog.accept());
    await page.goto(`http://127.0.0.1:${port}/notebooks/regmix-d.ipynb?token=look`);
    await startKernel(page);
    await picture(page, "opened");

    const parameters = await cellWith(page, "int PROXIES");
    await page.evaluate(([index, smoke]) => {
        const cell = Jupyter.notebook.get_cell(index);
        cell.set_text(`${cell.get_text()}\n${smoke}`);
    }, [parameters, SMOKE]);
    await menu(page, "cell", "#run_all_cells");
    const sweep = await show(page, "ProxySweep.of");
    await output(page, sweep, "Training proxies", 5 * MINUTE);
    await page.waitForTimeout(3000);
    await picture(page, "proxies-train");

    const pressed = Date.now();
    await page.click("button[data-jupyter-action='jupyter-notebook:interrupt-kernel']");
    await idle(page, MINUTE);
    console.log(`       the interrupt took ${((Date.now() - pressed) / 1000).toFixed(1)} s`);
    await show(page, "ProxySweep.of");
    await picture(page, "interrupted");

    const session = await show(page, "Session.open");
    await page.evaluate((index) => Jupyter.notebook.execute_cells([index]), session);
    await idle(page, MINUTE);
    await picture(page, "next-cell");

    await menu(page, "kernel", "#restart_run_all");
    await page.click(".modal-dialog .btn-danger");
    await page.waitForTimeout(3000);
    await show(page, "ProxySweep.of");
    await output(page, sweep, "done in", 10 * MINUTE);
    await picture(page, "gone-on-after-restart");
    await output(page, await cellWith(page, "session.times("), "of which training steps", 15 * MINUTE);
    await idle(page, MINUTE);
    for (const [name, text] of [["session", "Session.open"], ["corpus", "Corpus.prepare"], ["design", "DirichletDesign.regmix"],
        ["trajectories", "Plots.trajectories"], ["regression", "Plots.predictedAgainstSeen"], ["schedules", "Plots.schedules"],
        ["target", "target.train("], ["methods", "new Comparison"], ["loss", "Plots.lossByMethod"], ["domains", "Plots.perDomain"],
        ["time", "session.times("]]) {
        await show(page, text);
        await picture(page, name);
    }
} finally {
    await browser.close();
    jupyter.kill();
}
