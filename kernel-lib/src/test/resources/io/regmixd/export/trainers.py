"""Holds exported files against the trainers' own code: TRAINERS_FOLDER EXPORTED_FOLDER. What it prints is what each understood.

Functions and classes are taken out of the trainers' files by name, so that neither PyTorch nor the trainers need be installed.
"""

import ast
import dataclasses
import importlib.util
import json
import re
import sys
import types
import typing
from pathlib import Path

TRAINERS, EXPORTED = map(Path, sys.argv[1:3])


def taken(file, names, around):
    """The named functions and classes of a file, as they stand there."""
    tree = ast.parse((TRAINERS / file).read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if getattr(node, "name", None) in names]
    found = {node.name for node in tree.body}
    assert found == set(names), f"{file} has no {set(names) - found}"
    space = {**vars(typing), "dataclass": dataclasses.dataclass, **around}
    exec(compile(tree, str(file), "exec"), space)
    return space


def megatron():
    blends = taken("Megatron-LM/megatron/core/datasets/utils.py", ["get_blend_from_list"], {})
    files = types.SimpleNamespace(open=open)
    read = taken(
        "Megatron-LM/megatron/training/utils/common_utils.py", ["get_blend_and_blend_per_split"],
        {"maybe_msc": files, "json": json, "get_blend_from_list": blends["get_blend_from_list"]},
    )["get_blend_and_blend_per_split"]
    nothing = dict.fromkeys(["data_path", "data_args_path", "train_data_path", "valid_data_path", "test_data_path", "per_split_data_args_path"])
    for stage in 1, 2:
        blend, _ = read(types.SimpleNamespace(**{**nothing, "data_args_path": EXPORTED / "together" / f"megatron-stage-{stage}.txt"}))
        _, split = read(types.SimpleNamespace(**{**nothing, "per_split_data_args_path": EXPORTED / "apart" / f"megatron-stage-{stage}.json"}))
        print("megatron", stage, blend, split)
    known = "".join((TRAINERS / "Megatron-LM/megatron/training" / file).read_text() for file in ("arguments.py", "config/training_config.py"))
    for folder in "together", "apart":
        lines = (EXPORTED / folder / "megatron.sh").read_text(encoding="utf-8").splitlines()
        for option in re.findall(r"--([a-z-]+)", "\n".join(line for line in lines if not line.startswith("#"))):
            assert f"--{option}'" in known or f'--{option}"' in known or re.search(rf"\b{option.replace('-', '_')}\b\s*:", known), option


def litgpt():
    find = taken("litgpt/litgpt/utils.py", ["find_resume_path"], {"Path": Path})["find_resume_path"]
    head = (EXPORTED / "together" / "regmixd_litgpt.py").read_text(encoding="utf-8")
    step = re.search(r"--resume OUT_DIR/(step-\d+)/lit_model\.pth", head)[1]
    saved = EXPORTED / "saved" / step / "lit_model.pth"
    saved.parent.mkdir(parents=True)
    saved.touch()
    assert find("auto", EXPORTED / "saved") == saved
    assert """out_dir / f"step-{state['step_count']:08d}" / "lit_model.pth\"""" in (TRAINERS / "litgpt/litgpt/pretrain.py").read_text()
    print("litgpt", step)


def olmo_core():
    class Config:
        pass

    class OLMoConfigurationError(Exception):
        pass

    arithmetic = types.SimpleNamespace(sum=sum, allclose=lambda a, b: abs(a - b) < 1e-8)
    classes = taken(
        "OLMo-core/src/olmo_core/data/source_mixture.py", ["SourceMixtureConfig", "SourceMixtureList"],
        {"Config": Config, "OLMoConfigurationError": OLMoConfigurationError, "np": arithmetic},
    )
    for stage in 1, 2:
        # the test has made JSON of the YAML
        sources = json.loads((EXPORTED / f"olmo-core-stage-{stage}.json").read_text(encoding="utf-8"))["sources"]
        configs = [classes["SourceMixtureConfig"](**source) for source in sources]
        [config.validate() for config in configs]
        classes["SourceMixtureList"](sources=configs).validate()
        print("olmo-core", stage, [(c.source_name, c.target_ratio, c.paths, c.max_repetition_ratio) for c in configs])


def energon():
    source = (TRAINERS / "Megatron-Energon/src/megatron/energon/metadataset/metadataset_v2.py").read_text(encoding="utf-8")
    classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    fields = {name: {item.target.id for item in node.body if isinstance(item, ast.AnnAssign)} for name, node in classes.items()}
    for stage in 1, 2:
        file = json.loads((EXPORTED / f"energon-stage-{stage}.json").read_text(encoding="utf-8"))
        assert set(file) == {"__module__", "__class__", "splits"} and file["__class__"] in classes
        assert set(file) - {"__module__", "__class__"} <= fields["MetadatasetV2"]
        for split in file["splits"].values():
            assert set(split) <= fields["MetadatasetBlend"]
            for each in split["blend"]:
                assert set(each) <= fields["BlendWeightMixin"] | fields["DatasetReference"] and each["weight"] > 0
        print("energon", stage, [(each["path"], each["weight"]) for each in file["splits"]["train"]["blend"]])


def datasets():
    class Dataset(list):
        pass

    for name, content in {
        "stand_in": {"__path__": []}, "stand_in.arrow_dataset": {"Dataset": Dataset},
        "stand_in.iterable_dataset": {"IterableDataset": type("IterableDataset", (), {})},
    }.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(content)
    vars(sys.modules["stand_in.arrow_dataset"])["_interleave_map_style_datasets"] = lambda *given, **named: (given, named)
    vars(sys.modules["stand_in.iterable_dataset"])["_interleave_iterable_datasets"] = None
    nothing = {name: type(name, (), {}) for name in ("Dataset", "IterableDataset", "DatasetDict", "IterableDatasetDict", "DatasetInfo", "NamedSplit")}
    combine = taken(
        "datasets/src/datasets/combine.py", ["interleave_datasets"],
        {**nothing, "__package__": "stand_in", "__name__": "stand_in.combine", "DatasetType": list,
         "_interleave_map_style_datasets": lambda *given, **named: (given, named)},
    )
    sys.modules["datasets"] = types.SimpleNamespace(interleave_datasets=combine["interleave_datasets"])
    spec = importlib.util.spec_from_file_location("exported", EXPORTED / "together" / "regmixd_datasets.py")
    exported = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exported)
    for stage in 1, 2:
        given, named = exported.interleave(stage, {domain: Dataset([domain]) for domain in ("web", "code", "math")})
        print("datasets", stage, given[0], given[1], named["stopping_strategy"])


CHECKS = {"Megatron-LM": megatron, "litgpt": litgpt, "OLMo-core": olmo_core, "Megatron-Energon": energon, "datasets": datasets}

for name, check in CHECKS.items():
    if (TRAINERS / name).is_dir():
        check()
    else:
        print("unchecked", name)
