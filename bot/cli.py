"""The command line: `python -m bot COMMAND`; each command says what it is for."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

import yaml

from bot import replay_commands, review_commands
from bot.settings import Settings, SettingsError, load_settings

Command = Callable[[Settings, argparse.Namespace], int]
DEFAULT_SERVER = "http://127.0.0.1:8000"
STANDIN_PORT = 8010
HELP_DESK_PORT = 8020


class CommandFailed(Exception):
    """A command could not do its work; the text says what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the process's exit code."""
    arguments = parser().parse_args(argv)
    try:
        run: Command = arguments.run
        return run(load_settings(), arguments)
    except (SettingsError, CommandFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    root = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Command, told: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told, description=told)
        command.set_defaults(run=run)
        return command

    add("serve", serve, "start the app and the engine; prints where to look")
    chat_command = add("chat", chat, "talk to the assistant in the terminal")
    chat_command.add_argument("--language", choices=("en", "es"))
    chat_command.add_argument("--as", dest="email", metavar="EMAIL")
    chat_command.add_argument("--channel", choices=("web", "sms"), default="web")
    chat_command.add_argument(
        "--from", dest="number", metavar="+1...", help="the phone that texts"
    )
    chat_command.add_argument("--server", metavar="URL", default=DEFAULT_SERVER)
    seeded = add(
        "seed", seed, "make the demo's accounts; a second time changes nothing"
    )
    seeded.add_argument(
        "--history", type=int, metavar="N", help="figures of N made-up conversations"
    )
    shown = add("accounts", show_account, "look at an account, masked")
    shown.add_argument("verb", choices=("show",))
    shown.add_argument("email", metavar="EMAIL")
    shown.add_argument("--json", action="store_true", help="for tools")
    decided = add("cases", cases, "list cases, look at one, approve or refuse it")
    decided.add_argument("verb", choices=("list", "show", "approve", "refuse"))
    decided.add_argument("number", metavar="NUMBER", nargs="?")
    decided.add_argument("--by", metavar="NAME", help="who decides")
    decided.add_argument(
        "--evidence", metavar="KIND,KIND", help="what they have seen for themselves"
    )
    decided.add_argument("--json", action="store_true", help="for tools")
    watched = add("traffic", traffic, "show how many codes leave and are used")
    watched.add_argument("verb", choices=("show", "close-breaker"))
    watched.add_argument("--json", action="store_true", help="for tools")
    team = add("agents", agents, "add, list, disable or renew the team's agents")
    team.add_argument("verb", choices=("add", "list", "disable", "reset"))
    team.add_argument("email", metavar="EMAIL", nargs="?")
    team.add_argument("--name", metavar="NAME", help="what people at the chat see")
    team.add_argument(
        "--role", choices=("agent", "supervisor", "auditor"), default="agent"
    )
    team.add_argument("--json", action="store_true", help="for tools")
    told = "see what is under old secret keys, or move it under the present one"
    add("keys", keys, told).add_argument("verb", choices=("status", "rotate"))
    told = "export or erase everything that is kept about one person"
    who = add("person", person, told)
    who.add_argument("verb", choices=("export", "erase"))
    whom = who.add_mutually_exclusive_group(required=True)
    whom.add_argument("--email", metavar="EMAIL", help="an address of theirs")
    whom.add_argument("--account", metavar="ID", help="the account's id")
    who.add_argument("--yes", action="store_true", help="erase, without a way back")
    told = "delete what has been kept long enough, and count it"
    purged = add("purge", purge, told)
    purged.add_argument("--json", action="store_true", help="for tools")
    told = "list what other systems have not taken yet, or try it once more"
    hooks = add("connectors", connectors, told)
    hooks.add_argument("verb", choices=("list", "retry"))
    hooks.add_argument("--connector", metavar="NAME", help="that system only")
    hooks.add_argument("--json", action="store_true", help="for tools")
    told = "the same for the webhook only"
    hooks = add("webhook", connectors, told)
    hooks.add_argument("verb", choices=("list", "retry"))
    hooks.add_argument("--json", action="store_true", help="for tools")
    hooks.set_defaults(connector="webhook")
    told = "list the help articles, or say what is wrong with them and the answers"
    add("articles", articles, told).add_argument("verb", choices=("list", "check"))
    told = "write what agents have labelled as training data, for a person to read"
    review_commands.add_arguments(add("review", review, told))
    told = "compare recorded conversations with the present model; sends nothing"
    replay_commands.add_arguments(add("replay", replay, told))
    add("understand", understand, "sentences in, one JSON object a line out")
    add("train", train, "train the model, unless nothing it learns from changed")
    told = "stand in for Twilio on this machine; prints how to use it"
    stand_in = add("twilio-standin", twilio_stand_in, told)
    stand_in.add_argument("--port", type=int, default=STANDIN_PORT)
    told = "stand in for a help desk on this machine; prints how to use it"
    help_desk = add("connector-standin", connector_stand_in, told)
    help_desk.add_argument("name", metavar="NAME", help="chatwoot, zendesk or zammad")
    help_desk.add_argument("--port", type=int, default=HELP_DESK_PORT)
    add("doctor", doctor, "say what is missing, and what to do about it")
    return root


def serve(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from bot.serving import ServingFailed, run

    try:
        run(settings)
    except ServingFailed as error:
        raise CommandFailed(str(error)) from None
    return 0


def chat(settings: Settings, arguments: argparse.Namespace) -> int:
    """Talk in the terminal."""
    from bot.chat import chat_in_terminal
    from bot.chat_server import ChatFailed

    if (arguments.channel == "sms") != bool(arguments.number):
        raise CommandFailed("--channel sms and --from +1... go together.")
    try:
        chat_in_terminal(
            settings,
            server=arguments.server,
            language=arguments.language,
            email=arguments.email,
            number=arguments.number,
        )
    except ChatFailed as error:
        raise CommandFailed(str(error)) from None
    return 0


def seed(settings: Settings, arguments: argparse.Namespace) -> int:
    """Make the demo's people."""
    from bot.accounts.errors import SeedRefused
    from bot.assembly import open_services
    from bot.seeding import remember, seed_and_tell

    services = open_services(settings)
    try:
        made = seed_and_tell(services)
    except SeedRefused:
        raise CommandFailed("Only the demo has made-up people.") from None
    if not made:
        print("Everybody is there already.")
    if arguments.history:
        remember(services, arguments.history)
    return 0


def show_account(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show an account to an operator."""
    from bot.accounts.errors import AccountNotFound
    from bot.accounts.show import show
    from bot.assembly import open_services
    from bot.case_commands import in_short

    services = open_services(settings)
    try:
        account = show(services.sessions, services.fingerprints, arguments.email)
    except AccountNotFound:
        raise CommandFailed("There is no account with that address.") from None
    files = services.cases.files(account_id=account["id"])
    _print(account | {"cases": list(map(in_short, files))}, as_json=arguments.json)
    return 0


def cases(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show cases to the team, and let it decide them."""
    from bot.assembly import open_services
    from bot.case_commands import CaseNotDecided, run

    services = open_services(settings)
    try:
        shown = run(services.cases, arguments)
    except CaseNotDecided as error:
        raise CommandFailed(str(error)) from None
    _print(shown, as_json=arguments.json)
    return 0


def traffic(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show traffic to an operator, or close the breaker before its time."""
    from bot.assembly import open_services
    from bot.traffic_commands import BreakerNotTripped, close, show

    services = open_services(settings)
    do = show if arguments.verb == "show" else close
    try:
        _print(do(services.traffic), as_json=arguments.json)
    except BreakerNotTripped:
        raise CommandFailed("The breaker is closed: codes leave.") from None
    return 0


def agents(settings: Settings, arguments: argparse.Namespace) -> int:
    """Keep the roster of the team."""
    from bot.agent_commands import AgentNotChanged, run
    from bot.assembly import open_services

    services = open_services(settings)
    try:
        shown = run(services.agents.roster, arguments)
    except AgentNotChanged as error:
        raise CommandFailed(str(error)) from None
    if shown is not None:
        _print(shown, as_json=arguments.json)
    return 0


def keys(settings: Settings, arguments: argparse.Namespace) -> int:
    """Count values by their secret; 1 when some are under an old one, or none."""
    from bot.assembly import open_services
    from bot.privacy.errors import ValueUnreadable

    services = open_services(settings)
    if arguments.verb == "rotate":
        try:
            _print(services.rotation.rotate(), as_json=False)
        except ValueUnreadable:
            told = "Something is under none of the secret keys: set the old ones too."
            raise CommandFailed(told) from None
        return 0
    status = services.rotation.status()
    _print(status, as_json=False)
    return int(any(each["old"] or each["unreadable"] for each in status.values()))


def person(settings: Settings, arguments: argparse.Namespace) -> int:
    """Answer a person who wants to have their data, or to be forgotten."""
    from bot import privacy_commands
    from bot.assembly import open_services

    services = open_services(settings)
    try:
        shown = privacy_commands.person(services, arguments)
    except privacy_commands.PersonNotChanged as error:
        raise CommandFailed(str(error)) from None
    _print(shown, as_json=True)
    return 0


def purge(settings: Settings, arguments: argparse.Namespace) -> int:
    """Delete what is due, as the app does every few minutes."""
    from bot import privacy_commands
    from bot.assembly import open_services
    from bot.retention import purge_of

    services = open_services(settings)
    deleted = privacy_commands.purge(purge_of(services))
    _print(deleted, as_json=arguments.json)
    return 0


def connectors(settings: Settings, arguments: argparse.Namespace) -> int:
    """Show what other systems have not taken; 1 when some was given up."""
    from bot.assembly import open_services
    from bot.connector_commands import ConnectorOff, run

    services = open_services(settings)
    try:
        shown, code = run(services.connectors.outbox, arguments)
    except ConnectorOff as error:
        raise CommandFailed(str(error)) from None
    _print(shown, as_json=arguments.json)
    return code


def _print(shown: object, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(shown, ensure_ascii=False))
    else:
        print(yaml.safe_dump(shown, allow_unicode=True, sort_keys=False), end="")


def articles(_settings: Settings, arguments: argparse.Namespace) -> int:
    """List the articles, or check them; 1 when something is wrong."""
    from bot.brand import load_brand
    from bot.clock import SystemClock
    from bot.knowledge.articles import load_articles
    from bot.knowledge.checking import check, load_answers
    from bot.knowledge.errors import ArticleMalformed

    try:
        found = load_articles(load_brand().help_url)
    except ArticleMalformed as error:
        raise CommandFailed(str(error)) from None
    if arguments.verb == "list":
        for one in found:
            due = f"review by {one.review_due}"
            print(f"{one.id}  {one.language}  {due}  {one.title}")
        return 0
    faults = check(found, load_answers(), SystemClock())
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def train(_settings: Settings, _arguments: argparse.Namespace) -> int:
    """Train when needed."""
    from bot import training

    if not training.is_current():
        print("Training; this takes a minute or two ...", flush=True)
    try:
        done = training.train()
    except training.TrainingFailed as error:
        raise CommandFailed(f"{error}\nTraining failed.") from None
    print(f"{training.MODEL}: {'trained' if done else 'nothing to learn anew'}")
    return 0


def review(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write the labels of a language to standard output."""
    from bot.assembly import open_services

    services = open_services(settings)
    exporter = services.review.exporter
    exported = exporter.export(arguments.language, days=arguments.since)
    print(exported.text, end="")
    return 0


def replay(settings: Settings, arguments: argparse.Namespace) -> int:
    """Say what the assistant would answer otherwise; 3 when there is something."""
    from bot import training
    from bot.clock import SystemClock
    from bot.engine.process import engine_state

    if arguments.model is None and not training.is_current():
        print("The model is older than what it learns from.", file=sys.stderr)
    now = SystemClock().now().timestamp()
    model = arguments.model or training.MODEL
    try:
        url = engine_state(settings)
        found, totals = replay_commands.run(url, model, arguments, now=now)
    except replay_commands.ReplayNotMade as error:
        raise CommandFailed(str(error)) from None
    return replay_commands.show(found, totals, for_tools=arguments.json, say=print)


def understand(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Say how each line of standard input is understood."""
    from bot import training
    from bot.understanding import load_parser, understand_lines

    if not training.MODEL.exists():
        raise CommandFailed(f"There is no {training.MODEL} yet: run `make train`.")

    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    lines = (line.rstrip("\n") for line in sys.stdin)
    model = load_parser(training.MODEL)
    for understood in understand_lines(lines, parser=model, region=settings.region):
        print(json.dumps(understood, ensure_ascii=False))
    return 0


def twilio_stand_in(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve the stand-in."""
    from bot.privacy.cipher import Keys
    from bot.privacy.secrets import secret_key
    from bot.telephony.standin.serving import run
    from bot.telephony.twilio.account import twilio_account

    run(twilio_account(settings, Keys(secret_key(settings))), arguments.port)
    return 0


def connector_stand_in(settings: Settings, arguments: argparse.Namespace) -> int:
    """Serve a help desk's stand-in."""
    from bot.connectors.standin.serving import STAND_INS, run

    if arguments.name not in STAND_INS:
        raise CommandFailed(f"There are stand-ins for {', '.join(STAND_INS)}.")
    run(settings, arguments.name, arguments.port)
    return 0


def doctor(settings: Settings, _arguments: argparse.Namespace) -> int:
    """Examine the installation."""
    from bot.doctor import examine

    findings = examine(settings)
    for finding in findings:
        print(f"{'ok ' if finding.well else 'BAD'}  {finding.what}: {finding.told}")
    return 0 if all(finding.well for finding in findings) else 1
