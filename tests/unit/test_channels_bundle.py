import subprocess
from pathlib import Path

import pytest

from bot.channels.bundle import BundleImpossible, bundle
from bot.channels.widget_pages import BUNDLES, PAGES
from tests.browser.node import require_node


def write(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text)
    return folder / "a.js"


def run(script: str) -> str:
    done = subprocess.run(
        [require_node(), "--input-type=module", "--eval", script],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_each_module_comes_once_and_after_those_it_needs(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        a='import { b } from "./b.js";\nimport { c } from "./c.js";\nconsole.log(b, c)',
        b='import {\n  c,\n} from "./c.js";\n\nexport const b = c + 1;\n',
        c="export const c = 1;\n",
    )
    text = bundle(entry)

    assert "import" not in text and "export" not in text
    assert text.count("const c = 1") == 1
    assert run(text) == "2 1\n"


def test_modules_may_need_each_other(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        a='import { b } from "./b.js";\nexport const a = () => 1;\nconsole.log(b());\n',
        b='import { a } from "./a.js";\nexport const b = () => a() + 1;\n',
    )
    assert run(bundle(entry)) == "2\n"


@pytest.mark.parametrize(
    "text",
    [
        'import b from "./b.js";',
        'import * as b from "./b.js";',
        'import { b } from "b";',
        "export default 1;",
        "export { a };",
        'export * from "./b.js";',
    ],
)
def test_other_forms_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BundleImpossible, match=r"^a\.js: "):
        bundle(write(tmp_path, a=f"{text}\n"))


@pytest.mark.parametrize("name", BUNDLES)
def test_what_is_served_is_a_module(name: str) -> None:
    done = subprocess.run(
        [require_node(), "--check", "--input-type=module"],
        input=bundle(PAGES / name),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
