import unittest

from bench.study_tables import Losses, figures, holm, tables


def row(method, sweep, seed, loss, piece="scarce", shape="wsd", share=0.16):
    return {"piece": piece, "shape": shape, "sweep": str(sweep), "method": method, "seed": str(seed),
            "loss_nats": str(loss), "share": str(share)}


def study(gain, noise=0.0):
    """Two sweeps and three seeds; look-ahead lies `gain` below RegMix, give or take."""
    rows = [row("annealing", 0, seed, 1.7 + 0.1 * seed) for seed in (1, 2, 3)]
    for sweep in (1, 2):
        for seed in (1, 2, 3):
            base = 2 + 0.01 * sweep + 0.1 * seed
            wobble = noise * (-1) ** (sweep + seed)
            rows += [row("RegMix", sweep, seed, base), row("aggregate", sweep, seed, base - 0.05),
                     row("look-ahead", sweep, seed, base - gain + wobble)]
    return rows


class StudyTest(unittest.TestCase):
    def test_differences_are_paired_by_sweep_and_seed(self):
        mean, low, high = Losses(study(0.25)).interval("look-ahead", "RegMix")
        for value in (mean, low, high):  # all pairs differ by the same
            self.assertAlmostEqual(value, -0.25)

    def test_an_interval_holds_the_mean_and_grows_with_noise(self):
        mean, low, high = Losses(study(0.25, noise=0.1)).interval("look-ahead", "RegMix")
        self.assertLess(low, mean)
        self.assertLess(mean, high)
        self.assertLess(high - low, 0.2001)

    def test_a_method_without_sweeps_counts_for_each(self):
        differences = Losses(study(0.25)).differences("look-ahead", "annealing")
        self.assertEqual(len(differences), 6)
        self.assertAlmostEqual(differences[2, 3], (2 + 0.02 + 0.3 - 0.25) - 2.0)

    def test_a_diverged_target_takes_its_pair_along(self):
        rows = [r for r in study(0.25) if (r["method"], r["sweep"], r["seed"]) != ("RegMix", "2", "1")]
        self.assertEqual(len(Losses(rows).differences("look-ahead", "RegMix")), 5)

    def test_signs_are_flipped_in_all_ways(self):
        losses = Losses(study(0.25))  # six pairs that all differ by -0.25: 2 of 64 ways are as far from 0
        self.assertAlmostEqual(losses.sign_flip("look-ahead", "RegMix"), 2 / 64)
        rows = [row("RegMix", 1, seed, 2.0) for seed in (1, 2)] + [row("look-ahead", 1, 1, 1.9), row("look-ahead", 1, 2, 2.3)]
        self.assertAlmostEqual(Losses(rows).sign_flip("look-ahead", "RegMix"), 1)  # -0.1 and +0.3: of 0.2 and 0.4, none is nearer

    def test_several_comparisons_are_corrected_step_by_step(self):
        corrected = holm({"a": 0.01, "b": 0.04, "c": 0.03})
        for name, value in (("a", 0.03), ("c", 0.06), ("b", 0.06)):
            self.assertAlmostEqual(corrected[name], value)

    def test_a_share_of_the_text_is_read_between_a_third_and_all(self):
        rows = study(0.25) + [row("look-ahead with a third", sweep, seed, 2.25 + 0.01 * sweep + 0.1 * seed)
                              for sweep in (1, 2) for seed in (1, 2, 3)]
        self.assertAlmostEqual(figures(rows)["scarce_text_for_regmix_loss"], 0.577, places=3)  # half way: 1 / sqrt(3)
        enough = study(0.25) + [row("look-ahead with a third", sweep, seed, 1.9) for sweep in (1, 2) for seed in (1, 2, 3)]
        self.assertAlmostEqual(figures(enough)["scarce_text_for_regmix_loss"], 0.333, places=3)

    def test_gains_are_against_the_best_static_mixture(self):
        found = figures(study(0.25))
        self.assertAlmostEqual(found["gain_over_best_static_nats"], 0.20)
        self.assertAlmostEqual(found["gain_over_regmix_nats"], 0.25)
        self.assertAlmostEqual(found["gain_low_95"], 0.20)
        self.assertAlmostEqual(found["half_width_8_seeds"], 0)
        self.assertAlmostEqual(found["pair_correlation"], 1)

    def test_order_is_worth_what_late_gains_over_throughout(self):
        rows = [row(method, 0, seed, loss + seed, "order", "cosine")
                for seed in (1, 2) for method, loss in (("throughout", 2.0), ("late", 1.9))]
        self.assertAlmostEqual(figures(rows)["order_effect_cosine"], 0.1)

    def test_tables_name_methods_sweeps_and_seeds(self):
        text = "\n".join(tables(study(0.25)))
        self.assertIn("2 sweeps, 3 seeds", text)
        self.assertIn("-0.250 (-0.250 to -0.250)", text)


if __name__ == "__main__":
    unittest.main()
