package provenance

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// bears are the beginnings of names of variables that bear on training.
var bears = []string{
	"CUDA", "CUBLAS", "CUDNN", "NVIDIA_", "NCCL_", "HIP_", "ROCR_", "ROCM_", "HSA_",
	"OMP_", "MKL_", "OPENBLAS_", "KMP_", "NUMEXPR_", "GOMP_", "MALLOC_", "LD_PRELOAD", "LD_LIBRARY_PATH",
	"PYTHON", "CONDA_", "VIRTUAL_ENV", "PYENV_VERSION",
	"TORCH", "PYTORCH", "XLA_", "JAX_", "TF_", "KERAS_", "TOKENIZERS_", "TRANSFORMERS_", "HF_", "ACCELERATE_",
	"SLURM_", "PBS_", "LSB_", "KUBERNETES_NODE", "WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT", "GLOO_",
	"GOMAXPROCS", "GOMEMLIMIT", "GOGC", "DANLU_KERNELS",
}

// secretWords are what the names of secrets have in them.
var secretWords = []string{"TOKEN", "KEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "COOKIE", "AUTH", "JWT"}

func namesSecret(name string) bool {
	name = strings.ToUpper(name)
	return slices.ContainsFunc(secretWords, func(w string) bool { return strings.Contains(name, w) })
}

// maxValue bounds a recorded value.
const maxValue = 1 << 10

// relevant picks what bears on training from an environment, secrets left out.
func relevant(environ []string) map[string]string {
	env := map[string]string{}
	for _, v := range environ {
		name, value, _ := strings.Cut(v, "=")
		if value == "" || namesSecret(name) || !slices.ContainsFunc(bears, func(b string) bool { return strings.HasPrefix(name, b) }) {
			continue
		}
		env[name] = redact(shorten(value))
	}
	return env
}

func shorten(s string) string {
	if len(s) <= maxValue {
		return s
	}
	return strings.ToValidUTF8(s[:maxValue], "") + "…"
}

const redacted = "[left out]"

// redactArgs copies a command line without the values of flags and assignments that
// look like secrets: --api-key K, --api-key=K, TOKEN=K.
func redactArgs(args []string) []string {
	out := make([]string, len(args))
	hide := false
	for i, arg := range args {
		name, _, assigned := strings.Cut(arg, "=")
		flag := strings.HasPrefix(arg, "-")
		switch {
		case hide && !flag:
			out[i] = redacted
		case assigned && namesSecret(name):
			out[i] = name + "=" + redacted
		default:
			out[i] = redact(shorten(arg))
		}
		hide = flag && !assigned && namesSecret(name)
	}
	return out
}

// address finds addresses that may have a password in them. It is made when it is
// needed: every wrapper starts with what a package makes at its start.
var address = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'"<>]*@[^\s'"<>]*`)
})

// redact takes the user's name and password out of addresses.
func redact(s string) string {
	return address().ReplaceAllStringFunc(s, func(a string) string {
		u, err := url.Parse(a)
		if err != nil {
			return redacted
		}
		u.User = nil
		return u.String()
	})
}
