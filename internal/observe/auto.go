package observe

import (
	"regexp"
	"slices"
	"strings"
)

// auto finds names with numbers behind them in lines made for people:
//
//	Epoch 3/50 - loss: 0.31 - val_accuracy: 91.2%
//	Test set: Average loss: 0.0494, Accuracy: 9840/10000 (98%)
//	Epoch: [0][ 10/391]  Time 0.5 (0.6)  Loss 2.3 (2.5)  Acc@1 56.2 (53.1)
//
// A number counts where what stands before it names a step or something measured.
type auto struct {
	rec     *recorder
	heading split // of a line like "Test Error:", for lines below it
	counted split // of "Test: [ 9/10] …", for what is said below it of all of them
	columns columns
}

// lineScan is one line being read.
type lineScan struct {
	*auto
	text  string
	from  int // where what has not been used begins
	ctx   split
	loose bool // ctx holds up to the next , ; or |
	row   row
	last  int // index of the value just found, -1 if none
}

func (a *auto) line(text string, over bool) {
	if strings.Contains(text, "Namespace(") { // a script's options
		return
	}
	if r, ok := a.columns.line(text); ok {
		r.passing = over
		a.rec.row(r)
		return
	}
	s := lineScan{auto: a, text: text, last: -1}
	s.row.passing = over || bar.MatchString(text)
	for i := s.head(); i < len(text); {
		n, ok := numberAt(text, i)
		if !ok {
			i++
			continue
		}
		i = s.number(i, n)
	}
	switch {
	case len(s.row.steps) > 0:
		a.heading, a.counted = noSplit, noSplit
	case s.row.passing && (s.ctx == val || s.ctx == test):
		a.counted = s.ctx
	case len(s.row.values) == 0:
		if h := headingOf(text); h != noSplit {
			a.heading = h
		}
		if !s.row.passing {
			return
		}
	}
	a.rec.row(s.row)
}

var headCount = regexp.MustCompile(`^\s*(?:\[\s*(\d+)(?:/\d+)?\](?:\s|\[)|(\d+):\s)`)

// bar is one that is drawn between brackets, [====>....]. Of those of an epoch that say
// the same the last counts: it is the validation's.
var bar = regexp.MustCompile(`\[(={5,}[>.\s-]*|[=>]+[.\s-]{5,}|#{5,}[.\s-]*|#+[.\s-]{5,})\]`)

// head reads a count that a line begins with, as [3], [3/50], [3/50][10/391] or
// CatBoost's 3:, and returns where to go on. It is a step where no word counts.
func (s *lineScan) head() int {
	m := headCount.FindStringSubmatch(s.text)
	if m == nil || s.rec.named {
		return 0
	}
	if v, ok := parseNumber(m[1] + m[2]); ok {
		s.row.steps = append(s.row.steps, counted{unnamed, v})
	}
	s.from = len(strings.TrimRight(m[0], "["))
	return s.from
}

// number takes in the number text[i:i+n], and returns where to go on.
func (s *lineScan) number(i, n int) int {
	end := i + n
	v, ok := parseNumber(s.text[i:end])
	if !ok {
		return end
	}
	total, hasTotal := 0.0, false
	if m := totalAt(s.text, end); m > 0 { // 12/100
		slash := end + strings.IndexByte(s.text[end:], '/')
		total, hasTotal = parseNumber(strings.TrimLeft(s.text[slash+1:end+m], " "))
		end += m
	}
	percent := false
	if rest := strings.TrimPrefix(s.text[end:], " "); strings.HasPrefix(rest, "%") {
		percent = true
		end = len(s.text) - len(rest) + 1
	}
	if percent && strings.HasPrefix(s.text[end:], "|") { // a bar
		s.context(s.from, i)
		s.row.passing = true
		s.from = end
		return end
	}
	clause := s.text[s.from:i]
	if s.loose && strings.ContainsAny(clause, ",;|") {
		s.ctx, s.loose = noSplit, false
	}
	if s.bracket(clause, end, v, hasTotal) {
		return end
	}
	s.last = -1
	name, sep := nameIn(clause)
	part := sep && splits[strings.ToLower(name)] != noSplit
	whole := !percent && !strings.ContainsAny(s.text[i:i+n], ".eEnN")
	switch w := stepWord(lastWord(name)); {
	case part && whole && strings.HasPrefix(strings.TrimLeft(s.text[end:], " "), "["): // Train: 3 [ 10/391]
		s.context(s.from, i)
		s.row.steps = append(s.row.steps, counted{"epoch", v})
	case part && !whole: // the data, and what is measured goes without saying
		s.value(name, v, total, hasTotal, percent)
	case w != "":
		s.context(s.from, i)
		s.row.steps = append(s.row.steps, counted{w, v})
	case s.measured(name, sep):
		s.context(s.from, s.from+strings.LastIndex(clause, name))
		s.value(name, v, total, hasTotal, percent)
	case hasTotal && v < total && total > 1: // [ 10/391]
		s.context(s.from, i)
		s.row.passing = true
	default:
		return end // a number among words: "on the 10000 test images: 55 %"
	}
	s.from = end
	return end
}

// bracket reads the brackets of "Loss 2.3 (2.5)": the latest value, and the mean so
// far, which is the one that counts. Those of "Acc: 91.2% (912/1000)" say the same
// again.
func (s *lineScan) bracket(clause string, end int, v float64, hasTotal bool) bool {
	if s.last < 0 || strings.TrimSpace(clause) != "(" || !strings.HasPrefix(strings.TrimLeft(s.text[end:], " "), ")") {
		return false
	}
	if s.text[end-1] != '%' && !hasTotal {
		s.row.values[s.last].value = v
	}
	s.from, s.last = end, -1
	return true
}

// measured reports whether a number behind the name is a metric. Without a sign
// between the two, the name must end in a word for something measured.
func (s *lineScan) measured(name string, sep bool) bool {
	if name == "" {
		return false
	}
	if s.rec.wants(name) && sep {
		return true
	}
	if !sep {
		return isQuantity(lastWord(name))
	}
	return isQuantity(name) || strings.Contains(name, possessive)
}

// possessive stands in LightGBM's valid_0's l2, whatever is measured there.
const possessive = "'s "

func (s *lineScan) value(name string, v, total float64, hasTotal, percent bool) {
	if hasTotal && total > 0 {
		v /= total
		percent = false
	}
	s.row.values = append(s.row.values, found{s.fullName(name), v, percent})
	s.last = len(s.row.values) - 1
	s.carry(name)
}

// carry lets what follows be of the same data, where a name says that in a word of its
// own: "val loss 0.5 acc 0.8". Behind "train loss: 0.5, " anything may follow.
func (s *lineScan) carry(name string) {
	first, rest, _ := strings.Cut(name, " ")
	if data := splits[strings.ToLower(strings.Trim(first, "."))]; data != noSplit && rest != "" {
		s.ctx, s.loose = data, data == train
	}
}

// context looks for the data that is spoken of in text[from:to].
func (s *lineScan) context(from, to int) {
	for _, w := range wordsOf(s.text[from:max(from, to)]) {
		if c, ok := splits[w]; ok && w != "tr" {
			s.ctx, s.loose = c, false
		}
	}
}

// fullName is the name as the program writes it, if it is one word; of several, the
// ones that say what is measured on which data; with the data of the words before,
// where it has none.
func (s *lineScan) fullName(name string) string {
	words := strings.Fields(name)
	if len(words) > 1 && !strings.Contains(name, possessive) {
		long := len(words) > 4
		words = slices.DeleteFunc(words, func(w string) bool {
			w = strings.ToLower(strings.Trim(w, ".,"))
			_, known := splits[w]
			return slices.Contains(fillers, w) || (long && !known && !isQuantity(w))
		})
		name = strings.ToLower(strings.ReplaceAll(strings.Join(once(words), "_"), ".", ""))
	}
	ctx := s.ctx
	if ctx == noSplit && len(s.row.steps) == 0 {
		ctx = s.heading
		if ctx == noSplit && !s.rec.meets(name) {
			ctx = s.counted
		}
	}
	if m := meaningOf(name); ctx != noSplit && m.split == noSplit && !slices.Equal(m.words, []string{"lr"}) && !s.rec.wants(name) {
		name = string(ctx) + "_" + strings.ToLower(name)
	}
	return name
}

// once leaves out words that have been said: "Accuracy of the test on the 100 test images".
func once(words []string) (kept []string) {
	for _, w := range words {
		if !slices.ContainsFunc(kept, func(k string) bool { return strings.EqualFold(k, w) }) {
			kept = append(kept, w)
		}
	}
	return kept
}

// nameIn is the name at the end of what stands before a number, and whether a
// colon or an equals sign stands between.
func nameIn(clause string) (name string, sep bool) {
	for {
		trimmed := strings.TrimRight(clause, " \t([{'\"#<~≈>")
		if t := strings.TrimRight(trimmed, "=:"); t != trimmed {
			sep = true
			trimmed = t
		}
		if trimmed == clause {
			break
		}
		clause = trimmed
	}
	clause = strings.ReplaceAll(clause, possessive, "\x00s ")
	if i := strings.LastIndexAny(clause, "|,;[](){}\t=:'\"!?"); i >= 0 {
		clause = clause[i+1:]
	}
	clause = strings.ReplaceAll(clause, "\x00s ", possessive)
	for _, between := range []string{" - ", "  ", " * ", " -> ", " → ", "... ", "it/s ", "s/it "} {
		if i := strings.LastIndex(clause, between); i >= 0 {
			clause = clause[i+len(between):]
		}
	}
	if option := strings.LastIndex(clause, "--"); option >= 0 && len(clause) > option+2 && isWord(clause[option+2]) {
		return "", sep // an option of a command line
	}
	return strings.Trim(clause, " *-–—•.>"), sep
}

func lastWord(s string) string { return s[strings.LastIndexByte(s, ' ')+1:] }

// headingOf is the data that a short line without numbers announces: "Test Error:", or
// "Checking accuracy on test data", which may be longer for what it names.
func headingOf(line string) split {
	words := wordsOf(line)
	if len(words) == 0 || len(words) > 6 || len(words) > 4 && !isQuantity(line) || strings.ContainsAny(line, "0123456789") {
		return noSplit
	}
	for _, w := range words {
		if c, ok := splits[w]; ok {
			return c
		}
	}
	return noSplit
}

// numberAt is the length of a number that begins at text[i] and stands by itself:
// no part of a word, of a time or a date, and with no unit but a percent sign.
func numberAt(text string, i int) (n int, ok bool) {
	if i > 0 && !strings.ContainsRune(" \t=:([{,;|/'\"<>~#*-", rune(text[i-1])) {
		return 0, false
	}
	j := i
	if j < len(text) && (text[j] == '-' || text[j] == '+') {
		j++
	}
	if w := specialAt(text[j:]); w > 0 {
		return j + w - i, true
	}
	if i > 0 && text[i-1] == '-' && i > 1 && text[i-2] != ' ' {
		return 0, false // a date, a range, a name
	}
	digits := j
	for j < len(text) && (isDigit(text[j]) || (text[j] == ',' && j > digits && j+3 < len(text) && isDigit(text[j+1]) && isDigit(text[j+2]) && isDigit(text[j+3]))) {
		j++
	}
	whole := j - digits
	if j < len(text) && text[j] == '.' {
		j++
		for j < len(text) && isDigit(text[j]) {
			j++
			whole++
		}
	}
	if whole == 0 {
		return 0, false
	}
	if j+1 < len(text) && (text[j] == 'e' || text[j] == 'E') {
		k := j + 1
		if text[k] == '-' || text[k] == '+' {
			k++
		}
		if k < len(text) && isDigit(text[k]) {
			for j = k; j < len(text) && isDigit(text[j]); j++ {
			}
		}
	}
	if j < len(text) && partOfMore(text[j:]) {
		return 0, false
	}
	if text[j-1] == '.' { // the end of a sentence
		j--
	}
	return j - i, true
}

// partOfMore reports whether what follows a number makes it something else: 12s,
// 12:30, 2026-11-21, 1.2.3.
func partOfMore(rest string) bool {
	c := rest[0]
	digitNext := len(rest) > 1 && isDigit(rest[1])
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '@', c >= 0x80:
		return true
	case c == ':', c == '-', c == '.':
		return digitNext
	}
	return false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// specialAt is the length of nan or inf at the beginning of s.
func specialAt(s string) int {
	for _, w := range []string{"nan", "infinity", "inf"} {
		if len(s) >= len(w) && strings.EqualFold(s[:len(w)], w) && (len(s) == len(w) || !isWord(s[len(w)])) {
			return len(w)
		}
	}
	return 0
}

func isWord(c byte) bool { return isDigit(c) || c == '_' || (c|0x20 >= 'a' && c|0x20 <= 'z') }

// totalAt is the length of "/100" behind a number, spaces included; 0 if there is
// none.
func totalAt(text string, i int) int {
	rest := strings.TrimLeft(text[i:], " ")
	if !strings.HasPrefix(rest, "/") {
		return 0
	}
	rest = strings.TrimLeft(rest[1:], " ")
	at := len(text) - len(rest)
	n, ok := numberAt(text, at)
	if !ok {
		return 0
	}
	return at + n - i
}
