#!/bin/sh
# Records what frameworks print, for the tests:  PYTHON=python3 sh record.sh
# needs: pip install click typer tyro absl-py fire jsonargparse[signatures] simple-parsing draccus hydra-core lightning transformers accelerate
cd "$(dirname "$0")" || exit
export COLUMNS=200 TERMINAL_WIDTH=200 NO_COLOR=1 TERM=dumb
python=${PYTHON:-python3}
record() {
    out=$1 package=$2
    shift 2
    version=$($python -c "import importlib.metadata as m, sys; print(m.version('$package') if '$package' != 'python' else sys.version.split()[0])")
    echo "# $package $version: $*" >"$out.help"
    $python "$@" >>"$out.help" 2>&1
}
record argparse python argparse_.py --help
record argparse_defaults python argparse_defaults.py --help
record argparse_sub python argparse_defaults.py train --help
record click click click_.py --help
record typer typer typer_.py --help
record tyro tyro tyro_.py --help
record absl absl-py absl_.py --helpfull
record fire fire fire_.py --help
record jsonargparse jsonargparse jsonargparse_.py --help
record simple_parsing simple-parsing simple_parsing_.py --help
record draccus draccus draccus_.py --help
record hydra hydra-core hydra_.py --help
record hydra_job hydra-core hydra_.py --cfg job
record lightning lightning lightning_.py fit --help
record transformers transformers transformers_.py --help
COLUMNS=80 TERMINAL_WIDTH=80
record argparse_80 python argparse_.py --help
record typer_80 typer typer_.py --help
rm -rf outputs __pycache__
