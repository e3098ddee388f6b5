<%
    from textwrap import dedent, indent

    def commands(generated):
        """What Alembic writes, without its comments."""
        lines = dedent("    " + (generated or "pass")).splitlines()
        return "\n".join(line for line in lines if not line.startswith("# ###"))
%>\
"""${message}."""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """Make the tables what the models say."""
${indent(commands(upgrades), "    ")}


def downgrade() -> None:
    """Take back what `upgrade` did."""
${indent(commands(downgrades), "    ")}
