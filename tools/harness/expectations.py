"""Writes what the tests of the downstream tasks expect, by running the code of EleutherAI's lm-evaluation-harness.

    git clone https://github.com/EleutherAI/lm-evaluation-harness && git -C lm-evaluation-harness checkout v0.4.12
    python3 tools/harness/expectations.py lm-evaluation-harness

Needs Python 3 with numpy, requests, PyYAML and Jinja2. The harness's own classes read its own task files and make
prompts, shots, requests, metrics and standard errors of the examples under
kernel-lib/src/test/resources/io/regmixd/evaluation/harness/tasks. What it imports besides and these tasks do not use (datasets, sacrebleu, tqdm, ...) is replaced by stand-ins; so is scikit-learn's
f1_score, by the definition of F1, where scikit-learn is missing.
"""

import importlib.machinery
import importlib.metadata
import importlib.util
import json
import os
import random
import re
import sys
import types
from pathlib import Path
from unittest import mock

RESOURCES = Path(__file__).resolve().parents[2] / "kernel-lib/src/test/resources/io/regmixd/evaluation/harness"
VERSION = "0.4.12"
SEED = 1234  # lm_eval/defaults.py, DEFAULT_OTHER_SEED
SHOTS = [0, 2, 5]
FILES = {
    "hellaswag": "hellaswag/hellaswag.yaml",
    "piqa": "piqa/piqa.yaml",
    "openbookqa": "openbookqa/openbookqa.yaml",
    "lambada_standard": "lambada/lambada_standard.yaml",
    "lambada_openai": "lambada/lambada_openai.yaml",
    "sciq": "sciq/sciq.yaml",
    "arc_easy": "arc/arc_easy.yaml",
    "arc_challenge": "arc/arc_challenge.yaml",
    "copa": "super_glue/copa/default.yaml",
    "race": "race/race.yaml",
    "logiqa": "logiqa/logiqa.yaml",
    "qqp": "glue/qqp/default.yaml",
    "winogrande": "winogrande/default.yaml",
    "multirc": "super_glue/multirc/default.yaml",
    "social_iqa": "siqa/siqa.yaml",
}


class Documents(list):
    """What these tasks use of a datasets.Dataset."""

    @property
    def features(self):
        return self[0]

    def map(self, function):
        return Documents({**document, **function(document)} for document in self)


def load_dataset(path, name=None, **_):
    del name
    folder = RESOURCES / "tasks" / path
    return {
        file.stem: Documents(json.loads(line) for line in file.read_text("utf-8").split("\n") if line)
        for file in folder.glob("*.jsonl")
    }


def f1_score(golds, predictions):
    both = sum(g == 1 and p == 1 for g, p in zip(golds, predictions))
    either = sum(g == 1 for g in golds) + sum(p == 1 for p in predictions)
    return 2 * both / either if either else 0.0


def stand_in(name, **members):
    module = types.ModuleType(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    module.__path__ = []
    module.__getattr__ = lambda member: mock.MagicMock(name=f"{name}.{member}")
    module.__dict__.update(members)
    sys.modules[name] = module


def prepare(checkout):
    declared = re.search(r'^version = "(.*)"', (checkout / "pyproject.toml").read_text("utf-8"), re.MULTILINE)[1]
    if declared != VERSION:
        sys.exit(f"{checkout} holds version {declared} of the harness; check out v{VERSION}")
    sys.path.insert(0, str(checkout))
    stand_in("datasets", load_dataset=load_dataset, Dataset=Documents, __version__="4.0.0")
    stand_in("tqdm", tqdm=lambda it, **_: it)
    for name in ["sacrebleu", "evaluate", "dill", "transformers"]:
        stand_in(name)
    if importlib.util.find_spec("sklearn") is None:
        stand_in("sklearn")
        stand_in("sklearn.metrics", f1_score=f1_score)
    os.environ["DISABLE_MULTIPROC"] = "1"
    version = importlib.metadata.version
    importlib.metadata.version = lambda name: VERSION if name == "lm_eval" else version(name)


def task(checkout, name):
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml

    config = load_yaml(checkout / "lm_eval/tasks" / FILES[name], resolve_func=True)
    assert config["task"] == name, config
    return ConfigurableTask(config={**config, "dataset_path": name, "dataset_name": None})


def requests_of(made):
    by_document = {}
    for instance in made.instances:
        by_document.setdefault(instance.doc_id, []).append(instance)
    return list(by_document.values())


def expectations(checkout, name):
    from lm_eval.api.metrics import mean, mean_stderr

    prompts = {}
    for shots in SHOTS:
        made = task(checkout, name)
        made.set_config(key="num_fewshot", value=shots)
        made.set_fewshot_seed(seed=SEED)
        made.build_all_requests()
        prompts[shots] = [[list(request.args) for request in document] for document in requests_of(made)]
    trials = []
    rng = random.Random(name)
    for _ in range(6):
        likelihoods, metrics = [], {}
        for document in requests_of(made):
            outcome = [(round(rng.uniform(-60, -1), 3), rng.random() < 0.5) for _ in document]
            likelihoods.append(outcome)
            for metric, value in made.process_results(document[0].doc, outcome).items():
                metrics.setdefault(metric, []).append(value)
        trial = {"likelihoods": likelihoods, "metrics": {}, "standard_errors": {}}
        for metric, values in metrics.items():
            aggregate = made.aggregation()[metric]
            trial["metrics"][metric] = float(aggregate(values))
            if aggregate is mean:
                trial["standard_errors"][metric] = mean_stderr(values)
        trials.append(trial)
    return {"prompts": prompts, "trials": trials}


def samples():
    """Samples drawn one after the other, as the harness draws the shots of one document after the other."""
    result = []
    for seed in [SEED, 0, 42]:
        rng = random.Random(seed)
        sizes = [(7, 2), (7, 6), (21, 5), (22, 5), (85, 6), (86, 6), (40000, 6), (364000, 1), (3, 3)]
        for population, count in sizes * 3:
            result.append({"seed": seed, "population": population, "drawn": rng.sample(range(population), count)})
    return result


def pieces(text):
    """A tokenizer whose tokens join a space to the word behind it, as byte-pair encodings do."""
    return [sum(piece.encode()) % 997 + 1 for piece in re.findall(r" ?[A-Za-z]+|(?s:.)", text)]


def encodings():
    from lm_eval.api.model import TemplateLM

    class Model(TemplateLM):
        eot_token_id = 0
        loglikelihood_rolling = generate_until = None

        def tok_encode(self, string, add_special_tokens=None, **_):
            return pieces(string)

        def _loglikelihood_tokens(self, requests, **_):
            return [(context, continuation) for _, context, continuation in requests]

    result = []
    pairs = [("Question: why?\nAnswer:", " because it rains"), ("It was late ", "and dark"), ("Two  \n ", " spaces"),
             ("", "alone"), ("", " alone"), ("na\u00efve\u00a0", "caf\u00e9"), ("premise because", "  it rained")]
    model = type("Concrete", (Model,), {"loglikelihood_rolling": lambda *_: None, "generate_until": lambda *_: None})()
    for context, continuation in pairs:
        ((before, judged),) = model.loglikelihood([types.SimpleNamespace(args=(context, continuation))])
        for length in [6, 100]:  # as in HFLM._loglikelihood_tokens: the last max_length + 1 tokens stay
            if len(judged) <= length:
                tokens = (before + judged)[-(length + 1):]
                result.append({"context": context, "continuation": continuation, "length": length, "tokens": tokens,
                               "judged": len(judged)})
    return result


def bootstrapped():
    """Standard errors where the harness bootstraps, of larger samples."""
    from lm_eval.api.metrics import bootstrap_stderr, f1_score as f1, perplexity

    rng = random.Random(5)
    likelihoods = [round(-rng.gammavariate(2, 1.5), 3) for _ in range(400)]
    answers = [(int(rng.random() < 0.4), int(rng.random() < 0.55)) for _ in range(400)]
    return {
        "perplexity": {"log_probabilities": likelihoods, "value": perplexity(likelihoods),
                       "standard_error": float(bootstrap_stderr(perplexity, likelihoods, 4000))},
        "f1": {"gold_and_predicted": answers, "value": float(f1(answers)),
               "standard_error": float(bootstrap_stderr(f1, answers, 4000))},
    }


def lined(value):
    """JSON with an entry a line."""
    if isinstance(value, dict):
        entries = (f" {json.dumps(key)}: {json.dumps(part, ensure_ascii=False)}" for key, part in value.items())
        return "{\n" + ",\n".join(entries) + "\n}"
    return json.dumps(value, ensure_ascii=False)


def main():
    checkout = Path(sys.argv[1]).resolve()
    prepare(checkout)
    result = {
        "harness": VERSION,
        "samples": samples(),
        "encodings": encodings(),
        "bootstrapped": bootstrapped(),
        "tasks": {name: expectations(checkout, name) for name in FILES},
    }
    lines = ",\n".join(f"{json.dumps(key)}: {lined(value)}" for key, value in result.items())
    (RESOURCES / "expected.json").write_text("{\n" + lines + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
