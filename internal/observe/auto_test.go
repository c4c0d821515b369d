package observe

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// run gives lines to an observer; a line that ends in \r will be written over. The
// reports are as `step name=value name=value`.
func run(t testing.TB, o Options, lines ...string) (got []string) {
	t.Helper()
	ob, err := New(o, func(r Report) { got = append(got, show(r)) })
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		line, over := strings.CutSuffix(l, "\r")
		ob.Line([]byte(line), over)
	}
	ob.Close()
	return got
}

func show(r Report) string {
	s := fmt.Sprint(r.Step)
	for _, v := range r.Values {
		s += fmt.Sprintf(" %s=%.6g", v.Name, v.Value)
	}
	return s
}

// Lines as training programs print them, each program by itself.
func TestAutoReadsLinesMadeForPeople(t *testing.T) {
	for name, c := range map[string]struct {
		wanted []string
		step   string
		lines  []string
		want   []string
	}{
		"names and values": {nil, "", []string{"epoch=1 val_loss=0.5", "epoch=2 val_loss=0.25"}, []string{"1 val_loss=0.5", "2 val_loss=0.25"}},
		"colons":           {nil, "", []string{"epoch: 1, val_loss: 0.5, acc: .9"}, []string{"1 val_loss=0.5 acc=0.9"}},
		"pytorch's mnist": {
			[]string{"accuracy"},
			"",
			[]string{
				"Train Epoch: 1 [0/60000 (0%)]\tLoss: 2.300039", "Train Epoch: 1 [640/60000 (1%)]\tLoss: 1.5", "",
				"Test set: Average loss: 0.0494, Accuracy: 9840/10000 (98%)", "Train Epoch: 2 [0/60000 (0%)]\tLoss: 0.5",
			},
			[]string{"1 test_loss=0.0494 accuracy=0.984", "1 train_loss=1.5", "2 train_loss=0.5"},
		},
		"pytorch's quickstart": {
			[]string{"val_accuracy"},
			"",
			[]string{
				"Epoch 1", "-------------------------------", "loss: 2.300039  [   64/60000]", "loss: 2.1  [ 6464/60000]",
				"Test Error: ", " Accuracy: 51.2%, Avg loss: 2.152", "Epoch 2", "Test Error: ", " Accuracy: 60.0%, Avg loss: 2.0", "Done!",
			},
			[]string{"1 val_accuracy=0.512 test_loss=2.152", "1 loss=2.1", "2 val_accuracy=0.6 test_loss=2"},
		},
		"pytorch's cifar10 tutorial": {
			[]string{"accuracy"},
			"",
			[]string{"[1,  2000] loss: 2.2", "Accuracy of the network on the 10000 test images: 55 %"},
			[]string{"1 accuracy=0.55 loss=2.2"},
		},
		"pytorch's imagenet": {
			[]string{"acc1"},
			"",
			[]string{
				"Epoch: [0][ 10/391]\tTime  0.5 ( 0.6)\tData  0.1 ( 0.2)\tLoss 2.3e+00 (2.5e+00)\tAcc@1  56.25 ( 53.12)\tAcc@5  90.0 ( 89.00)",
				"Test: [ 0/10]\tTime  0.5 ( 0.6)\tLoss 1.5e+00 (1.6e+00)\tAcc@1  57.00 ( 57.50)",
				" *   Acc@1 56.544 Acc@5 79.084", "Epoch: [1][  0/391]\tTime  0.5 ( 0.6)",
			},
			[]string{"0 acc1=56.544 test_acc@5=79.084", "0 Loss=2.5 Acc@5=89 test_loss=1.6 test_acc@1=57.5"},
		},
		"what came of a test, below its batches": {
			[]string{"test_top1"},
			"",
			[]string{
				"Epoch: [0][ 90/100]\tLoss 2.3 (2.5)\tTop1  56.25 ( 53.12)", "Test: [ 9/12]\tLoss 1.5 (1.6)\tTop1  57.00 ( 57.50)", " ** Top1 56.5 Top5 79.0",
				"Epoch: [1][ 90/100]\tLoss 2.0 (2.1)\tTop1  60.0 ( 61.0)",
			},
			[]string{"0 test_top1=56.5 test_top5=79", "0 Loss=2.5 Top1=53.12 test_loss=1.6", "1 Loss=2.1 Top1=61"},
		},
		"a line for each part of the data, named once": {
			[]string{"val_acc"},
			"",
			[]string{"Epoch 0/24", "----------", "train Loss: 0.6 Acc: 0.7", "val Loss: 0.5 Acc: 0.8", "Epoch 1/24", "train Loss: 0.5 Acc: 0.75", "val Loss: 0.4 Acc: 0.85"},
			[]string{"0 train_loss=0.6 train_acc=0.7", "0 val_loss=0.5 val_acc=0.8", "1 train_loss=0.5 train_acc=0.75", "1 val_loss=0.4 val_acc=0.85"},
		},
		"what follows validation is validation's": {[]string{"val_acc"}, "", []string{"Epoch 1: train loss 0.5, val loss 0.4, acc 0.8, lr 0.1"}, []string{"1 train_loss=0.5 val_loss=0.4 val_acc=0.8 lr=0.1"}},
		"what follows training may be anything's": {nil, "", []string{"Epoch 1, Train Loss: 0.5, Accuracy: 0.8"}, []string{"1 train_loss=0.5 Accuracy=0.8"}},
		"a rate is no part of the data's":         {nil, "", []string{"train | epoch 001 | loss 6.9 | lr 0.0001"}, []string{"1 train_loss=6.9 lr=0.0001"}},
		"bars between brackets, of training and validation": {
			nil, "",
			[]string{
				"Epoch: 0", " [=>.........]  Step: 12ms | Loss: 2.300 | Acc: 10.000% (10/100)\b\b 1/2 \r", " [==========>]  Step: 12ms | Loss: 2.2 | Acc: 12.000% (24/200)\b\b 2/2 ",
				" [==========>]  Step: 9ms | Loss: 2.1 | Acc: 14.000% (14/100)\b\b 1/1 ", "Epoch: 1", " [==========>]  Loss: 1.9 | Acc: 20.0% (20/100)",
			},
			[]string{"0 Loss=2.1 Acc=0.14", "1 Loss=1.9 Acc=0.2"},
		},
		"one line for what follows in the next": {
			nil, "",
			[]string{"Checking accuracy on training data", "Got 570 / 600 with accuracy 95.00", "Checking accuracy on test data", "Got 90 / 100 with accuracy 90.00"},
			[]string{"1 test_accuracy=90 train_accuracy=95"},
		},
		"a bar's speed is no name":                                   {nil, "", []string{"Epoch 2/2 ━━━━━ 8/8 0:00:00 • 0:00:00 26.28it/s val/loss: 1.159 val/acc: 0.745"}, []string{"2 val/loss=1.159 val/acc=0.745"}},
		"what comes below the batches of training may be anything's": {nil, "", []string{"Train: [ 9/10] Loss 0.5", "accuracy: 0.9"}, []string{"1 accuracy=0.9 train_loss=0.5"}},
		"a share, and below it what it is of":                        {nil, "", []string{"Epoch 1", "Acc: 12.500% (16/128) | F1: 50 % (3 / 6)"}, []string{"1 Acc=0.125 F1=0.5"}},
		"an epoch and its batches in brackets": {
			nil, "",
			[]string{"[0/2][100/782] Loss_D: 1.6 Loss_G: 5.1", "[0/2][700/782] Loss_D: 1.2 Loss_G: 4.1", "[1/2][700/782] Loss_D: 1.0 Loss_G: 4.0"},
			[]string{"0 Loss_D=1.2 Loss_G=4.1", "1 Loss_D=1 Loss_G=4"},
		},
		"keras": {
			[]string{"val_accuracy"},
			"",
			[]string{"Epoch 1/3", " 10/469 ━━ 1s 2ms/step - accuracy: 0.3 - loss: 2.0\r", "469/469 ━━━━ 2s 3ms/step - accuracy: 0.91 - loss: 0.3 - val_accuracy: 0.95 - val_loss: 0.2", "Epoch 2/3"},
			[]string{"1 accuracy=0.91 loss=0.3 val_accuracy=0.95 val_loss=0.2"},
		},
		"a bar of tqdm's": {
			[]string{"loss"},
			"",
			[]string{"Epoch 1:  45%|████▌     | 422/938 [00:05<00:06, 80.1it/s, loss=0.5]\r", "Epoch 1: 100%|██████████| 938/938 [00:11<00:00, 80.1it/s, loss=0.25]", "Epoch 2:   0%|          | 0/938 [00:00<?, ?it/s]\r"},
			[]string{"1 loss=0.25"},
		},
		"lightning": {
			[]string{"val_acc"},
			"",
			[]string{"Epoch 0: 100%|██████████| 938/938 [00:11<00:00, 80.1it/s, v_num=3, train_loss=0.5, val_loss=0.25, val_acc=0.875]"},
			[]string{"0 train_loss=0.5 val_loss=0.25 val_acc=0.875"},
		},
		"transformers": {
			[]string{"eval_accuracy"},
			"",
			[]string{
				"{'loss': 0.6, 'grad_norm': 1.5, 'learning_rate': 4e-05, 'epoch': 0.5}",
				"{'eval_loss': 0.5, 'eval_accuracy': 0.75, 'eval_runtime': 1.2, 'epoch': 1.0}",
				"{'loss': '0.4', 'epoch': '1.5'}", "{'eval_loss': '0.4', 'eval_accuracy': '0.8', 'epoch': '2'}",
			},
			[]string{"0 loss=0.6", "1 eval_loss=0.5 eval_accuracy=0.75", "1 loss=0.4", "2 eval_loss=0.4 eval_accuracy=0.8"},
		},
		"xgboost, with the last set to evaluate": {
			[]string{"val_auc"},
			"",
			[]string{"[0]\tvalidation_0-logloss:0.43657\tvalidation_0-auc:0.99501\tvalidation_1-logloss:0.45745\tvalidation_1-auc:0.97117", "[1]\tvalidation_0-logloss:0.31592\tvalidation_0-auc:0.99570\tvalidation_1-logloss:0.34047\tvalidation_1-auc:0.98658"},
			[]string{"0 validation_0-logloss=0.43657 validation_0-auc=0.99501 validation_1-logloss=0.45745 val_auc=0.97117", "1 validation_0-logloss=0.31592 validation_0-auc=0.9957 validation_1-logloss=0.34047 val_auc=0.98658"},
		},
		"xgboost's train and cv, whose deviations are none": {
			[]string{"val_loss"},
			"round",
			[]string{"[0]\ttrain-mlogloss:1.02\teval-mlogloss:1.04", "[1]\ttrain-rmse:0.31752+0.00474\ttest-rmse:0.36445+0.01794"},
			[]string{"0 train-mlogloss=1.02 val_loss=1.04", "1 train-rmse=0.31752 test-rmse=0.36445"},
		},
		"lightgbm": {
			[]string{"val_binary_logloss"},
			"",
			[]string{"[LightGBM] [Info] Total Bins 4272", "[1]\ttraining's binary_logloss: 0.583874\tvalid_1's binary_logloss: 0.584425", "[2]\tvalid_0's l2: 0.169017\tvalid_0's l1: 0.397794", "[3]\tcv_agg's valid auc: 0.9 + 0.02"},
			[]string{"1 training's binary_logloss=0.583874 val_binary_logloss=0.584425", "2 valid_0's l2=0.169017 valid_0's l1=0.397794", "3 cv_agg's valid auc=0.9"},
		},
		"catboost": {
			[]string{"test"},
			"",
			[]string{"Learning rate set to 0.03", "0:\tlearn: 0.6531\ttest: 0.6543\tbest: 0.6543 (0)\ttotal: 57ms\tremaining: 57.6s", "1:\tlearn: 0.61\ttest: 0.62\tbest: 0.62 (1)\ttotal: 60ms\tremaining: 57s"},
			[]string{"0 learn=0.6531 test=0.6543", "1 learn=0.61 test=0.62"},
		},
		"pytorch geometric":     {nil, "", []string{"Train: 1400, Val: 500", "Epoch: 001, Loss: 1.9457, Train: 0.2286, Val: 0.1660, Test: 0.1600"}, []string{"1 Loss=1.9457 Train=0.2286 Val=0.166 Test=0.16"}},
		"fastai":                {[]string{"valid_loss"}, "", []string{"epoch     train_loss  valid_loss  accuracy  time    ", "0         0.182935    0.110451    0.963     00:07     ", "Epoch 2/3 : |----| 50.00% [1/2]\r", "1         0.1         0.09        0.97      00:07     "}, []string{"0 train_loss=0.182935 valid_loss=0.110451 accuracy=0.963", "1 train_loss=0.1 valid_loss=0.09 accuracy=0.97"}},
		"skorch":                {[]string{"val_acc"}, "", []string{"  epoch    train_loss    valid_acc    valid_loss     dur", "-------  ------------  -----------  ------------  ------", "      1        0.7111       0.5100        0.6894  0.1345"}, []string{"1 train_loss=0.7111 val_acc=0.51 valid_loss=0.6894 dur=0.1345"}},
		"scikit-learn's tables": {nil, "", []string{"      Iter       Train Loss   Remaining Time ", "         1           1.1477            0.01s", "         2           1.0086            0.01s"}, []string{"1 Train_Loss=1.1477", "2 Train_Loss=1.0086"}},
		"scikit-learn's rounds": {[]string{"val_loss"}, "", []string{"[1/4] 1 tree, 8 leaves, max depth = 5, train loss: 0.58525, val loss: 0.58617, in 0.005s", "[2/4] 1 tree, 13 leaves, max depth = 8, train loss: 0.52, val loss: 0.525, in 0.001s"}, []string{"1 train_loss=0.58525 val_loss=0.58617", "2 train_loss=0.52 val_loss=0.525"}},
		"timm":                  {[]string{"acc1"}, "", []string{"Train: 0 [   0/  10 (  0%)]  Loss: 2.3 (2.4)  Time: 0.5s", "Test: [   3/3]  Time: 0.1 (0.1)  Loss:  2.30 ( 2.31)  Acc@1:  10.0 ( 12.5)", "Train: 1 [   0/  10 (  0%)]  Loss: 2.2 (2.2)"}, []string{"0 test_loss=2.31 acc1=12.5", "0 train_loss=2.4", "1 train_loss=2.2"}},
		"words run together":    {[]string{"val_acc"}, "", []string{"epoch 1 trainloss=0.5 valacc=0.75"}, []string{"1 trainloss=0.5 val_acc=0.75"}},
		"a number in front of lines in an epoch is none of it": {nil, "", []string{"Epoch 3", "[100/200] loss 0.5", "[200/200] loss 0.25"}, []string{"3 loss=0.25"}},
		"steps in brackets":                 {nil, "", []string{"Epoch [1/10], Step [100/600], Loss: 0.5", "Epoch [2/10], Step [600/600], Loss: 0.25"}, []string{"1 Loss=0.5", "2 Loss=0.25"}},
		"train and validation in a line":    {[]string{"val_acc"}, "", []string{"[Epoch 3] train: loss=0.5 acc=0.7 | val: loss=0.4 acc=0.8"}, []string{"3 train_loss=0.5 train_acc=0.7 val_loss=0.4 val_acc=0.8"}},
		"words with spaces":                 {[]string{"val_loss"}, "", []string{"Epoch: 02 | Time: 0m 30s", "\tTrain Loss: 5.0 | Train PPL: 148.4", "\t Val. Loss: 4.5 |  Val. PPL:  90.0"}, []string{"2 train_loss=5 train_ppl=148.4", "2 val_loss=4.5 val_ppl=90"}},
		"a log's head":                      {nil, "", []string{"2026-11-21 12:00:01,123 INFO [train.py:77] epoch 3 - valid accuracy 0.91 - 12.3s"}, []string{"3 valid_accuracy=0.91"}},
		"nanogpt":                           {[]string{"val_loss"}, "", []string{"step 0: train loss 4.2, val loss 4.25", "iter 0: loss 4.1, time 12.3ms, mfu -100.00%", "step 250: train loss 1.9, val loss 2.0"}, []string{"0 train_loss=4.2 val_loss=4.25", "0 loss=4.1", "250 train_loss=1.9 val_loss=2"}},
		"a step that is asked for":          {nil, "iter", []string{"epoch 1 iter 100 loss 0.5", "epoch 1 iter 200 loss 0.25"}, []string{"100 loss=0.5", "200 loss=0.25"}},
		"JSON among it":                     {[]string{"val_acc"}, "", []string{`{"epoch": 1, "val": {"acc": 0.5, "loss": NaN}}`}, []string{"1 val_acc=0.5 val/loss=NaN"}},
		"not finite":                        {nil, "", []string{"epoch 1 loss nan val_loss: inf test_loss=-inf"}, []string{"1 loss=NaN val_loss=+Inf test_loss=-Inf"}},
		"thousands":                         {nil, "", []string{"step 1,000 | loss 1,234.5"}, []string{"1000 loss=1234.5"}},
		"no step at all":                    {nil, "", []string{"accuracy 0.5", "accuracy 0.6", "accuracy 0.7"}, []string{"1 accuracy=0.5", "2 accuracy=0.6", "3 accuracy=0.7"}},
		"a value before the first step":     {nil, "", []string{"accuracy 0.1", "epoch 1 accuracy 0.6"}, []string{"0 accuracy=0.1", "1 accuracy=0.6"}},
		"options and other talk":            {nil, "", []string{"Namespace(lr=0.1, loss=3)", "Files already downloaded and verified", "learning rate: 0.1", "time: 12:30:05", "version 1.2.3", "--loss 3"}, nil},
		"signs without and with a percent":  {nil, "", []string{"epoch 1 acc 91.2%", "epoch 2 acc 92.0", "epoch 3 acc .93"}, []string{"1 acc=0.912", "2 acc=0.92", "3 acc=0.93"}},
		"a sign that comes late":            {nil, "", []string{"epoch 1 acc 91.2", "epoch 2 acc 92.0%"}, []string{"1 acc=91.2", "2 acc=92"}},
		"what is wanted under its own name": {[]string{"zeta"}, "", []string{"epoch 1 zeta=3"}, []string{"1 zeta=3"}},
		"never training for validation":     {[]string{"val_acc"}, "", []string{"epoch 1 train_acc=0.9", "epoch 1 acc=0.8"}, []string{"1 train_acc=0.9", "1 acc=0.8"}},
		"test data where no validation is":  {[]string{"val_acc"}, "", []string{"epoch 1 test_acc=0.9"}, []string{"1 val_acc=0.9"}},
		"the same step said again":          {nil, "", []string{"epoch 1 loss=3", "epoch 1 loss=2", "epoch 2 loss=1"}, []string{"1 loss=3", "2 loss=1"}},
		"colours":                           {nil, "", []string{"\x1b[1;32mepoch 1\x1b[0m \x1b[31mloss\x1b[0m: \x1b[1m0.5\x1b[0m"}, []string{"1 loss=0.5"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := run(t, Options{Patterns: []string{Auto}, Wanted: c.wanted, Step: c.step}, c.lines...)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
