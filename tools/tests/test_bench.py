import contextlib
import csv
import io
import json
import os
import tempfile
import unittest
from pathlib import Path

from bench import adaptive, data, engine, planning, regression, runs
from bench.main import main, others_share
from bench.report import Report
from run_notebook.terminal import Failure


def run(*argv, benchmarks=None):
    """Exit code, what went to standard output, what to standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(list(argv), *([benchmarks] if benchmarks else []))
        except SystemExit as ended:
            code = ended.code
    return code, out.getvalue(), err.getvalue()


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.asked = []

    def quick(self, data):
        self.asked.append(data)
        return Report(["models  ms per step", "tiny          0.5"], {"rate": 2.5}, {"rounds": 3})

    def test_unknown_name_lists_the_names(self):
        code, _, err = run("engines")
        self.assertEqual(code, 2)
        self.assertIn("engine", err.replace("engines", ""))

    def test_json_holds_figures_machine_and_settings(self):
        file = self.folder / "figures.json"
        code, out, _ = run("quick", "--data", str(self.folder), "--json", str(file), benchmarks={"quick": self.quick})
        self.assertEqual(code, 0)
        self.assertIn("tiny          0.5", out)
        self.assertEqual(self.asked, [self.folder.resolve()])
        written = json.loads(file.read_text())
        self.assertEqual(written["figures"], {"rate": 2.5})
        self.assertEqual(written["settings"]["rounds"], 3)
        self.assertRegex(written["machine"], r"\d+ cores")

    def test_json_in_a_folder_that_is_not_there_is_said_before_anything_is_measured(self):
        code, _, err = run("quick", "--json", str(self.folder / "no" / "f.json"), benchmarks={"quick": self.quick})
        self.assertEqual((code, self.asked), (2, []))
        self.assertIn(str(self.folder / "no"), err)

    def test_what_others_used_is_the_work_that_is_not_ours(self):
        cores = os.cpu_count()
        self.assertAlmostEqual(others_share((0, 100, 5), (10, 100 + 8 * cores, 5 + 6 * cores)), 0.2)
        self.assertEqual(others_share((0, 100, 5), (10, 101, 7)), 0)

    def test_failure_is_a_sentence_and_an_exit_code(self):
        def fails(data):
            raise Failure("The peer ended.")

        self.assertEqual(run("fails", benchmarks={"fails": fails})[::2], (2, "The peer ended.\n"))


OURS = {
    "device": "CPU, 2 threads", "threads": 2, "context": 100, "sequences": 5, "matrix": 1000, "losses": [5.5, 5.4],
    "groups": [
        {"name": "demo proxy", "models": 8, "precision": "float32", "tokens": 4000, "flops": 4e9},
        {"name": "width 256", "models": 4, "precision": "float32", "tokens": 2000, "flops": 8e9},
        {"name": "width 256", "models": 4, "precision": "bfloat16", "tokens": 2000, "flops": 8e9},
    ],
}
PEER = {"torch": "1.13.1", "threads": 2, "optimizer": "foreach", "attention": "explicit", "losses": [5.5, 5.4001]}
ROUNDS = [  # matmul 2e9 operations; [batch seconds, seconds] of each group; the peer's 500 tokens
    (
        {"product_seconds": 0.02, "float32_rate": 3e11, "bfloat16_rate": 8e11, "turns": [[0.001, 0.04], [0.001, 0.16], [0.001, 0.08]]},
        {"product_seconds": 0.04, "step_seconds": 0.010},
    ),
    (
        {"product_seconds": 0.01, "float32_rate": 4e11, "bfloat16_rate": 7e11, "turns": [[0.001, 0.08], [0.001, 0.10], [0.001, 0.04]]},
        {"product_seconds": 0.02, "step_seconds": 0.025},
    ),
    (
        {"product_seconds": 0.03, "float32_rate": 2e11, "bfloat16_rate": 6e11, "turns": [[0.004, 0.05], [0.001, 0.20], [0.001, 0.05]]},
        {"product_seconds": 0.05, "step_seconds": 0.020},
    ),
]


class EngineTest(unittest.TestCase):
    def test_figures_are_medians_over_rounds_beside_the_fastest_product(self):
        figures = engine.report(OURS, ROUNDS, peer=PEER).figures
        for name, value in {
            "matmul_gflops": 200,  # 2e9 / 0.01 s
            "gemm_gflops": 400,
            "gemm_gflops_bf16": 800,
            "gemm_share_demo": 80 / 400,  # 4e9 / 0.05 s
            "gemm_share_width256": 50 / 400,  # 8e9 / 0.16 s
            "matmul_share_width256": 50 / 200,
            "gemm_share_width256_bf16": 160 / 800,  # 8e9 / 0.05 s
            "bf16_over_fp32_width256": 2.5,  # of 2, 2.5, 4
            "host_share": 0.025,  # of 0.025, 0.0125, 0.08
            "tokens_per_second_demo_proxy_k8": 80_000,
            "peer_ratio_sweep": 2.5,  # 100,000 / 50,000; 50,000 / 20,000; 80,000 / 25,000
            "peer_tokens_per_second": 25_000,
            "peer_gemm_gflops": 100,
        }.items():
            self.assertAlmostEqual(figures[name], value, msg=name)

    def test_without_a_peer_its_figures_are_left_out_and_the_table_says_why(self):
        alone = engine.report(OURS, [(ours, None) for ours, _ in ROUNDS], engine.NO_TORCH)
        self.assertNotIn("peer_ratio_sweep", alone.figures)
        self.assertIn("python3-torch", "\n".join(alone.lines))

    def test_a_peer_that_multiplies_at_less_than_half_of_our_rate_gives_no_ratio_but_the_remedy(self):
        slow = [(ours, peer | {"product_seconds": 0.0201}) for ours, peer in ROUNDS]
        shown = engine.report(OURS, slow, peer=PEER)
        self.assertNotIn("peer_ratio_sweep", shown.figures)
        self.assertAlmostEqual(shown.figures["peer_gemm_gflops"], 2 / 0.0201)
        self.assertIn("libopenblas0-pthread", "\n".join(shown.lines))

    def test_the_peer_has_none_of_the_settings_that_slow_native_libraries_down(self):
        slowed = {name: "1" for name in ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "OMP_NUM_THREADS", "ATEN_CPU_CAPABILITY")}
        given = engine.peer_environment({"GOMP_SPINCOUNT": "10000"}, {"PATH": "/bin", "GOMP_CPU_AFFINITY": "0", **slowed})
        self.assertEqual(given, {"PATH": "/bin", "GOMP_SPINCOUNT": "10000"})

    def test_a_peer_with_other_losses_is_refused(self):
        engine.compare_losses([5.5, 5.4], [5.5001, 5.4])
        for wrong in ([5.5, 5.41], [float("nan"), 5.4]):
            with self.assertRaisesRegex(Failure, "another model"):
                engine.compare_losses([5.5, 5.4], wrong)


def scores(regressor, runs, seed, test, spearman, within=None):
    score = {"spearman": spearman, "mse": 0.25, "mae": 0.5} | ({} if within is None else {"within_90": within})
    return {"kind": "scores", "regressor": regressor, "runs": runs, "seed": seed, "fit_seconds": 2.0, "test": test,
            "domains": {"pile_cc": score, "arxiv": {**score, "spearman": 0.5}}}


SAID = [
    {"kind": "data", "training": 4, "tests": {"1m": 7}, "regressors": ["Gaussian processes", "lightgbm"],
     "baseline": {"1m": {"pile_cc": 0.8, "arxiv": 0.4}}, "baseline_held_out": {"pile_cc": 0.7, "arxiv": 0.3}},
    {"kind": "speed", "candidates": 100, "domains": 2, "cores": 2, "default_seconds": [3.0, 0.5, 0.6],
     "smile_seconds": [4.0, 3.0, 2.0], "flat_seconds": [0.1, 0.25, 0.3], "equal_to_the_bit": True},
    scores("lightgbm", 2, 1, "1m", 0.91), scores("lightgbm", 4, 1, "1m", 0.99),
    scores("Gaussian processes", 2, 1, "1m", 0.98, 0.8), scores("Gaussian processes", 2, 2, "1m", 0.96, 0.9), scores("Gaussian processes", 4, 1, "1m", 0.995, 0.9),
    scores("Gaussian processes", 2, 1, "held out", 0.95, 0.9),
    {"kind": "proposal", "regressor": "Gaussian processes", "domains": ["arxiv", "pile_cc"], "published": [0.1, 0.9], "published_loss": 5.0,
     "unbounded": [0.2, 0.8], "unbounded_loss": 4.9, "bounded": [0.3, 0.7], "bounded_loss": 4.95},
]


class RegressionTest(unittest.TestCase):
    def test_figures_are_means_over_seeds_for_the_objective_and_medians_over_rounds(self):
        figures = regression.report(SAID).figures
        for name, value in {
            "default_2_1m": 97, "default_4_1m": 99.5, "lightgbm_4_1m": 99, "default_2_held_out": 95, "baseline_1m": 80,
            "candidates_seconds": 0.6, "boosting_speedup": 12, "boosting_equal_to_the_bit": 1,
        }.items():
            self.assertAlmostEqual(figures[name], value, msg=name)

    def test_every_table_of_a_test_ends_with_the_baseline(self):
        lines = regression.report(SAID).lines
        heads = [i for i, line in enumerate(lines) if line.startswith("Fitted on")]
        self.assertEqual(len(heads), 3)
        for head in heads:
            end = next(i for i in range(head, len(lines)) if not lines[i]) - 1
            self.assertTrue(lines[end].startswith("minus weight"), lines[end])
        first = lines[heads[0] + 2]
        self.assertTrue(first.startswith("Gaussian processes"), first)  # the best first
        self.assertIn("97.00", first)
        self.assertIn("85%", first)

    def test_proposals_stand_beside_the_published_mixture(self):
        lines = regression.report(SAID).lines
        at = next(i for i, line in enumerate(lines) if line.startswith("Simulation"))
        self.assertEqual(lines[at + 2].split(), ["RegMix,", "published", "0.900", "0.100"])
        self.assertIn("0.800", lines[at + 3])


def results():
    """Two worlds; regrets that halve from RegMix to ours."""
    regrets = {
        ("RegMix", "static"): {64: 0.4, 128: 0.3, 512: 0.2},
        ("RegMix-D look-ahead", "switching"): {64: 0.2, 128: 0.15, 512: 0.1},
        ("look-ahead online", "switching"): {64: 0.1, 128: 0.18, 512: 0.1},
    }
    shown = [
        {"method": method, "design": design, "proxies": n, "world": world, "regret": regret + 0.01 * (-1) ** world}
        for (method, design), row in regrets.items() for n, regret in row.items() for world in (1, 2)
    ]
    return shown + [{"method": "Human", "design": "none", "proxies": 0, "world": w, "regret": 0.5} for w in (1, 2)]


class PlanningTest(unittest.TestCase):
    def test_figures_compare_means_over_worlds(self):
        larger = [{"method": "offline", "design": "larger", "proxies": 128, "world": w, "regret": 0.1} for w in (1, 2)]
        report = planning.report(results(), larger, [2.0, 1.5])
        self.assertAlmostEqual(report.figures["gap_closed_128"], 0.5)  # 1 - 0.15 / 0.3
        self.assertAlmostEqual(report.figures["regret_64_over_regmix_512"], 0.5)  # 0.1 / 0.2
        self.assertEqual(report.figures["plan_seconds_17x10"], 1.5)
        self.assertAlmostEqual(report.figures["regret_regmix_static_512"], 0.2)
        self.assertAlmostEqual(report.figures["regret_human"], 0.5)
        self.assertIn("Human: 0.5000", "\n".join(report.lines))

    def test_intervals_are_students(self):
        # 0.1 and 0.3: standard deviation 0.1414, standard error 0.1, 12.71 of them
        self.assertEqual(planning.interval([0.1, 0.3]), "0.2000 ± 1.2710")
        self.assertEqual(planning.interval([0.25]), "0.2500")


class AdaptiveTest(unittest.TestCase):
    @staticmethod
    def rounds(order, lost, settled_at):
        """Two seeds of three rounds; the second seed never settles."""
        return [
            {"kind": "published", "objective": "web", "seed": seed, "order": order, "proxies": n, "lost": loss, "best": loss,
             "change": 0.1, "settled": seed == 1 and n >= settled_at}
            for seed in (1, 2) for n, loss in zip((16, 32, 48), lost)
        ]

    def test_figures_compare_what_is_lost_where_the_rule_ends_the_sweep(self):
        worlds = [
            {"kind": "world", "world": w, "order": order, "proxies": 16, "regret": regret, "settled": False}
            for order, regret in (("adaptive", 0.1), ("random", 0.3)) for w in (1, 2)
        ]
        said = self.rounds("adaptive", (0.5, 0.2, 0.1), 32) + self.rounds("random", (0.5, 0.4, 0.3), 48) + worlds
        figures = adaptive.report(said[::-1]).figures
        self.assertEqual(figures["adaptive_proxies_to_stop"], 40)  # 32 and, never settled, 48
        self.assertAlmostEqual(figures["adaptive_saves_share"], 1 - 40 / 512)
        self.assertAlmostEqual(figures["adaptive_lost_nats"], 0.15)
        self.assertAlmostEqual(figures["random_lost_nats_as_many"], 0.35)
        self.assertAlmostEqual(figures["adaptive_unsettled_share"], 0.5)
        self.assertAlmostEqual(figures["world_random_regret"], 0.3)

    def test_a_folder_without_the_published_runs_is_named(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaisesRegex(Failure, "train_mixture_1m.csv"):
            adaptive.measure(Path(folder))


class DataReportTest(unittest.TestCase):
    def test_shares_are_of_one_round_and_the_speed_up_is_of_whole_preparations(self):
        round_ = {"result": "speed", "cores": 2, "tokens": 12_000_000, "text_mb": 48.0, "json_mb": 50.0,
                  "bare_cpu": 9.0, "whole_cpu": 12.0}
        speed = [{**round_, "bare": 8.0, "whole": 20.0}, {**round_, "bare": 9.0, "whole": 15.0}, {**round_, "bare": 7.0, "whole": 10.0}]
        heap = {"documents": 10_000_000, "heap_mb": 700.5, "limit_mb": 1500, "seconds": 60.0}
        report = data.report(speed, [{**round_, "whole": 27.0}], heap, {"first_ms": 12.5, "again_ms": 3.0})
        self.assertEqual(report.figures, {
            "tokens_per_second": 800_000, "share_of_tokenizer": 0.6,
            "work_share_of_tokenizer": 0.75, "mb_per_second": 3.33, "speed_up": 1.8, "heap_mb_10m_documents": 700.5, "open_ms_25b": 12.5,
        })
        self.assertTrue(any("12,000,000 tokens" in line for line in report.lines))


class RunsTest(unittest.TestCase):
    def test_tables_have_a_mixture_per_run_and_stage_and_losses_that_fall_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            runs.write(Path(folder, "long.csv"), 4, 3, 2)
            rows = list(csv.DictReader(open(Path(folder, "long.csv"), encoding="utf-8")))
            self.assertEqual(len(rows), 4 * 3 * 2)
            self.assertAlmostEqual(sum(float(row["weight"]) for row in rows[:3]), 1)
            self.assertLess(float(rows[3]["loss_nats"]), float(rows[0]["loss_nats"]))
            runs.write(Path(folder, "wide.csv"), 4, 3, 1)
            wide = list(csv.DictReader(open(Path(folder, "wide.csv"), encoding="utf-8")))
            self.assertEqual(list(wide[0]), ["run", *(f"{kind}_domain{d}" for kind in ("weight", "loss") for d in range(3))])
