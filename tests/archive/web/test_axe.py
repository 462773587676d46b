"""axe-core finds nothing to object to on any page, light or dark, on a desk or a phone."""

import json
import shutil
import subprocess

import pytest

from tests.archive.web.chromium import chromium
from tests.archive.web.walk import every_page

PACKAGE = "axe-core@4"
RUN = """async () => {
  const found = await axe.run(document, { iframes: false });
  const of = (rules) => rules.map(r => [r.id, r.impact, r.nodes.map(n => n.html.slice(0, 120))]);
  return { violations: of(found.violations), incomplete: of(found.incomplete) };
}"""
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    if shutil.which("npm") is None:
        pytest.skip("no npm here: install Node.js")
    folder = tmp_path_factory.mktemp("axe")
    got = ["npm", "install", "--silent", "--no-save", "--prefix", str(folder), PACKAGE]
    if subprocess.run(got, check=False).returncode:
        pytest.skip(f"{PACKAGE} cannot be installed here")
    return (folder / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_of_any_level(served, room, axe, scheme, width):
    violations, unsure = {}, {}
    with chromium() as browser:
        # The policy of our pages would refuse axe, too.
        context = browser.new_context(
            bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        page = context.new_page()
        for path in every_page(room):
            page.goto(f"{served.room}{path}")
            page.evaluate(axe)
            found = page.evaluate(RUN)
            violations |= {path: found["violations"]} if found["violations"] else {}
            unsure |= {path: found["incomplete"]} if found["incomplete"] else {}
    print("incomplete:", json.dumps(unsure, indent=1))
    assert violations == {}, json.dumps(violations, indent=1)
