"""The explorer with a kernel behind it; the one module that imports anywidget."""

from typing import Any

import anywidget
import traitlets

from latent_reasoning.display.bench import continuations_html
from latent_reasoning.display.explorer import Explorer, parse_positions
from latent_reasoning.display.script import widget_script
from latent_reasoning.errors import LatentReasoningError


class ExplorerWidget(anywidget.AnyWidget):
    """The widget `explore` returns.

    The page asks over the kernel's own channel whether anyone answers, for one continuation at a
    time, and for plotly.js once. What it sends is read as numbers and text and nothing else.
    """

    _esm = widget_script()
    state = traitlets.Dict().tag(sync=True)

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        super().__init__(state=explorer.state())
        self.on_msg(self._answer)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget, and the read-only view for where it cannot run."""
        found = super()._repr_mimebundle_(**kwargs)
        data, metadata = found if isinstance(found, tuple) else (found or {}, {})
        return data | {"text/html": self.explorer._repr_html_()}, metadata

    def _answer(self, _: Any, content: dict[str, Any], __: Any) -> None:
        if content.get("kind") == "awake":
            self.send({"kind": "awake"})
        elif content.get("kind") == "plotly":
            from latent_reasoning.report.figures import plotly_script

            self.send({"kind": "plotly"}, [plotly_script().encode()])
        elif content.get("kind") == "steer":
            self.send({"kind": "steered", "serial": content.get("serial")} | self._steered(content))

    def _steered(self, asked: dict[str, Any]) -> dict[str, str]:
        try:
            feature_id, coefficient = int(asked["feature"]), float(asked["coefficient"])
            positions = parse_positions(str(asked["positions"]))
            found = self.explorer.bench.continued(
                str(asked["prompt"]), feature_id, coefficient, positions
            )
        except LatentReasoningError as error:
            return {"error": str(error)}
        return {"html": continuations_html(found, feature_id, coefficient)}
