package trainer

import "slices"

// dataSettingsFor are the settings about the examples of a task and how a model
// sees them.
func dataSettingsFor(t task, m model) []Setting {
	all := slices.Clone(dataSettings)
	if !m.sequences {
		all = append(all, rowSettings...)
	}
	if !t.sequences {
		all = append(all, classSettings...)
	}
	if !t.sequences && !t.grouped {
		all = append(all, imbalanceSettings...)
	}
	switch {
	case t.pictures:
		all = append(all, pictureSettings...)
		if t.upright {
			all = slices.DeleteFunc(all, func(s Setting) bool { return s.Name == "flip" })
			at := slices.IndexFunc(all, func(s Setting) bool { return s.Name == "rotate" })
			all[at].High = uprightDegrees
		}
		if t.scaled {
			all = append(all, scaleSettings...)
		}
	case t.text:
		all = append(all, wordSettings...)
	case t.sequences:
		all = append(all, sequenceSettings...)
		if m.sequences {
			all = append(all, cropSettings...)
		}
	}
	if !t.text {
		all = append(all, noiseSettings...)
	}
	return all
}

// uprightDegrees is how far signs may be turned: a 6 is no 9 yet.
const uprightDegrees = 30

// dataSettings are about the examples.
var dataSettings = []Setting{
	{Name: "val_fraction", Kind: "float", Low: 0.01, High: 0.9, Default: "0.2", Help: "share of the training part put aside to validate"},
	{Name: "data_seed", Kind: "int", Low: 0, High: 1 << 52, Default: "0", Help: "decides which examples validate"},
	{Name: "data_fraction", Kind: "float", Low: 1e-4, High: 1, Log: true, Default: "1", Role: "data_fraction", Help: "share of the training examples used"},
}

// rowSettings are for models that take rows one by one.
var rowSettings = []Setting{
	{Name: "balance", Kind: "float", Low: 0, High: 1, Default: "0", Role: "balance", Help: "draw rows with chance 1 ÷ (size of their class)^balance: 1 balances classes, 0 takes each row once an epoch"},
	{Name: "oversample", Kind: "float", Low: 0, High: 1, Default: "0", Role: "balance", When: "balance=0", Help: "repeat rows of rare classes until each has this share of the largest class's number"},
}

// classSettings are for rows that do not follow one another.
var classSettings = []Setting{
	{Name: "classes", Kind: "int", Low: 0, High: 1e6, Default: "0", Role: "classes", Help: "train and score on the first so many classes only; 0 is all"},
}

// imbalanceSettings are for rows that stand for themselves.
var imbalanceSettings = []Setting{
	{Name: "imbalance", Kind: "float", Low: 1, High: 1e4, Log: true, Default: "1", Help: "thin the training classes: the last has so many times fewer rows than the first"},
}

// pictureSettings are about pictures.
var pictureSettings = []Setting{
	{Name: "shift", Kind: "int", Low: 0, High: 8, Default: "0", Role: "augmentation", Help: "pixels a picture is moved by at most, each way"},
	{Name: "flip", Kind: "bool", Default: "false", Role: "augmentation", Help: "mirror every second picture, left to right"},
	{Name: "crop", Kind: "float", Low: 0, High: 0.9, Default: "0", Role: "augmentation", Help: "share of a picture's side cut off at most; the rest is scaled up"},
	{Name: "rotate", Kind: "float", Low: 0, High: 180, Default: "0", Role: "augmentation", Help: "degrees a picture is turned by at most, each way"},
	{Name: "brightness", Kind: "float", Low: 0, High: 1, Default: "0", Role: "augmentation", Help: "share of its brightness that a picture gains or loses at most"},
	{Name: "mixup", Kind: "float", Low: 0, High: 4, Default: "0", Role: "augmentation", Help: "blend pairs of pictures and their labels, by shares of Beta(mixup, mixup); 0 is never"},
	{Name: "cutmix", Kind: "float", Low: 0, High: 4, Default: "0", Role: "augmentation", Help: "put a rectangle of another picture in, its area by Beta(cutmix, cutmix); 0 is never"},
}

// scaleSettings are about pictures read one by one.
var scaleSettings = []Setting{
	{Name: "image_size", Kind: "int", Low: 0, High: 1024, Default: "0", Role: "image_size", Help: "side that pictures are scaled to; 0 takes them as they are"},
}

// wordSettings are about text.
var wordSettings = []Setting{
	{Name: "word_delete", Kind: "float", Low: 0, High: 0.9, Default: "0", Role: "augmentation", Help: "chance of a word to be left out"},
	{Name: "word_swap", Kind: "float", Low: 0, High: 1, Default: "0", Role: "augmentation", Help: "pairs of words that change places, as a share of the words"},
	{Name: "word_synonym", Kind: "float", Low: 0, High: 1, Default: "0", Role: "augmentation", Help: "chance of a word to become another of its meaning"},
	{Name: "synonyms", Kind: "text", Default: "", Help: "file of lines of words with one meaning"},
}

// sequenceSettings are about rows that follow one another.
var sequenceSettings = []Setting{
	{Name: "frames", Kind: "int", Low: 1, High: 101, Default: "1", Role: "frames", Help: "rows seen at once, the one in question in the middle: an odd number"},
	{Name: "jitter", Kind: "float", Low: 0, High: 1, Default: "0", Role: "augmentation", Help: "chance of a row to show the features of the one before or after"},
	{Name: "time_shift", Kind: "int", Low: 0, High: 100, Default: "0", Role: "augmentation", Help: "rows that features are moved by at most, each way; labels stay"},
}

// cropSettings are for models that run over sequences.
var cropSettings = []Setting{
	{Name: "time_crop", Kind: "float", Low: 0, High: 0.9, Default: "0", Role: "augmentation", Help: "share of a sequence cut off at most"},
}

// noiseSettings are for all but words.
var noiseSettings = []Setting{
	{Name: "noise", Kind: "float", Low: 0, High: 2, Default: "0", Role: "augmentation", Help: "standard deviation of what is added to each number, of normalised ones"},
}
