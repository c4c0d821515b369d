#!/bin/sh
# Fits a line to noisy points by gradient descent, an epoch a call of awk, and asks
# danlu after each epoch whether to go on. A trial that is taken up again begins with
# its checkpoint.
set -eu
lr=${DANLU_PARAM_LR:-0.01}
momentum=${DANLU_PARAM_MOMENTUM:-0}
epochs=${DANLU_MAX_STEP:-20}
dir=${DANLU_DIR:-$(mktemp -d)}

state="0 0 0 0 0" # epoch, slope, intercept, and how fast these two move
if [ -n "${DANLU_RESUME:-}" ]; then
    state=$(cat "$DANLU_RESUME")
fi
epoch=${state%% *}
while [ "$epoch" -lt "$epochs" ]; do
    state=$(echo "$state" | awk -v lr="$lr" -v momentum="$momentum" '{
        srand(7) # the same points every time: y = 3x - 2, give or take
        for (i = 0; i < 200; i++) {
            x = 4 * rand() - 2
            error = $2 * x + $3 - (3 * x - 2 + rand() - 0.5)
            if (i >= 100) { loss += error * error / 100; continue } # held out
            slope += error * x / 100
            intercept += error / 100
        }
        $4 = momentum * $4 + slope; $5 = momentum * $5 + intercept
        $2 -= lr * $4; $3 -= lr * $5
        print $1 + 1, $2, $3, $4, $5, loss
    }')
    loss=${state##* }
    state=${state% *}
    epoch=${state%% *}
    echo "$state" >"$dir/state.new"
    mv "$dir/state.new" "$dir/state-$epoch"
    echo "epoch $epoch: val_loss $loss"
    code=0
    danlu report --step "$epoch" "val_loss=$loss" --checkpoint "$dir/state-$epoch" >/dev/null || code=$?
    case $code in
    0) ;;                # go on
    10 | 11) exit 0 ;;   # stop; or pause, to be taken up again from the checkpoint
    *) exit "$code" ;;
    esac
done
