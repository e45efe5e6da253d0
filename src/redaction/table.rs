//! Secrets that give themselves away by how they begin. A new provider is a new line.

use Alphabet::{Base64, Hex, Path, Upper, Url, Word};
use Place::{Anywhere, Start};

/// One kind of token.
#[derive(Debug)]
pub(super) struct Token {
    /// What the placeholder calls it.
    pub(super) kind: &'static str,
    /// How it begins, in this case.
    pub(super) prefix: &'static str,
    /// What follows.
    pub(super) alphabet: Alphabet,
    /// How many of them at least.
    pub(super) least: usize,
    /// Where it may stand.
    pub(super) place: Place,
}

/// Characters of a token behind its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// Letters and digits.
    Alnum,
    /// Capital letters and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
    /// Letters, digits and `_`.
    Word,
    /// Letters, digits, `_` and `-`.
    Url,
    /// The same with `.`.
    Dotted,
    /// The same with `/`.
    Path,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
}

/// Where a token may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere: nothing else looks like its prefix.
    Anywhere,
    /// Only where a word starts, and with letters and digits: its prefix also occurs in words.
    Start,
}

impl Alphabet {
    /// Whether `byte` may stand in such a token.
    pub(super) fn has(self, byte: u8) -> bool {
        match self {
            Self::Alnum => byte.is_ascii_alphanumeric(),
            Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Hex => byte.is_ascii_hexdigit(),
            Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Path => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/'),
            Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        }
    }

    /// How many bytes from `at` on belong to it.
    pub(super) fn run(self, bytes: &[u8], at: usize) -> usize {
        bytes.get(at..).unwrap_or_default().iter().take_while(|byte| self.has(**byte)).count()
    }
}

/// Where runs end, so that no run is measured twice however many prefixes it holds.
#[derive(Debug, Default)]
pub(super) struct Runs([(usize, usize); 8]);

impl Runs {
    /// Where the run of `alphabet` ends that `at` is in; `at` itself when there is none.
    pub(super) fn end(&mut self, alphabet: Alphabet, bytes: &[u8], at: usize) -> usize {
        let (start, end) = &mut self.0[alphabet as usize];
        if !(*start..*end).contains(&at) {
            (*start, *end) = (at, at + alphabet.run(bytes, at));
        }
        *end
    }
}

const fn token(kind: &'static str, prefix: &'static str, alphabet: Alphabet, least: usize, place: Place) -> Token {
    Token { kind, prefix, alphabet, least, place }
}

/// All of them. Where one prefix begins another, both match and the longer secret wins.
pub(super) static TOKENS: &[Token] = &[
    // Clouds.
    token("aws-key", "AKIA", Upper, 16, Anywhere),
    token("aws-key", "ASIA", Upper, 16, Start),
    token("aws-key", "ABIA", Upper, 16, Start),
    token("aws-key", "ACCA", Upper, 16, Start),
    token("aws-key", "ABSKQmVkcm9ja0FQSUtleS", Base64, 60, Anywhere),
    token("google-key", "AIza", Url, 35, Anywhere),
    token("google-secret", "GOCSPX-", Url, 24, Anywhere),
    token("google-token", "ya29.", Url, 30, Start),
    token("digitalocean-token", "dop_v1_", Hex, 64, Anywhere),
    token("digitalocean-token", "doo_v1_", Hex, 64, Anywhere),
    token("digitalocean-token", "dor_v1_", Hex, 64, Anywhere),
    token("heroku-key", "HRKU-", Url, 36, Start),
    token("fly-token", "fo1_", Url, 40, Start),
    token("fly-token", "FlyV1 fm2_", Base64, 60, Anywhere),
    token("alibaba-key", "LTAI", Alphabet::Alnum, 17, Start),
    token("databricks-token", "dapi", Hex, 32, Start),
    token("terraform-token", ".atlasv1.", Url, 60, Anywhere),
    token("vault-token", "hvs.", Url, 24, Start),
    token("vault-token", "hvb.", Url, 60, Start),
    token("doppler-token", "dp.pt.", Alphabet::Alnum, 40, Start),
    token("doppler-token", "dp.st.", Alphabet::Dotted, 40, Start),
    token("1password-token", "ops_eyJ", Url, 60, Anywhere),
    token("age-key", "AGE-SECRET-KEY-1", Upper, 58, Anywhere),
    token("supabase-key", "sbp_", Hex, 40, Start),
    token("supabase-key", "sb_secret_", Url, 20, Anywhere),
    token("planetscale-token", "pscale_tkn_", Url, 32, Anywhere),
    token("planetscale-token", "pscale_pw_", Url, 32, Anywhere),
    // Forges.
    token("github-token", "ghp_", Word, 36, Anywhere),
    token("github-token", "gho_", Word, 36, Anywhere),
    token("github-token", "ghu_", Word, 36, Anywhere),
    token("github-token", "ghs_", Alphabet::Dotted, 36, Anywhere),
    token("github-token", "ghr_", Word, 36, Anywhere),
    token("github-token", "github_pat_", Word, 36, Anywhere),
    token("gitlab-token", "glpat-", Alphabet::Dotted, 20, Anywhere),
    token("gitlab-token", "gldt-", Url, 20, Anywhere),
    token("gitlab-token", "glrt-", Alphabet::Dotted, 20, Anywhere),
    token("gitlab-token", "glptt-", Url, 20, Anywhere),
    token("gitlab-token", "glcbt-", Url, 20, Anywhere),
    token("gitlab-token", "glsoat-", Url, 20, Anywhere),
    token("gitlab-token", "glagent-", Url, 40, Anywhere),
    token("gitlab-token", "GR1348941", Url, 20, Anywhere),
    token("bitbucket-token", "ATBB", Alphabet::Alnum, 28, Start),
    token("bitbucket-token", "ATCTT3", Url, 60, Anywhere),
    token("atlassian-token", "ATATT3", Url, 60, Anywhere),
    token("linear-key", "lin_api_", Alphabet::Alnum, 32, Anywhere),
    token("sentry-token", "sntrys_eyJ", Alphabet::Dotted, 40, Anywhere),
    token("sentry-token", "sntryu_", Hex, 60, Anywhere),
    token("grafana-token", "glsa_", Word, 32, Anywhere),
    token("grafana-token", "glc_eyJ", Base64, 40, Anywhere),
    token("newrelic-key", "NRAK-", Upper, 27, Start),
    token("postman-key", "PMAK-", Url, 40, Start),
    token("figma-token", "figd_", Url, 36, Start),
    token("notion-token", "ntn_", Alphabet::Alnum, 40, Start),
    // Chat and mail.
    token("slack-token", "xoxb-", Url, 20, Anywhere),
    token("slack-token", "xoxp-", Url, 20, Anywhere),
    token("slack-token", "xoxa-", Url, 20, Anywhere),
    token("slack-token", "xoxr-", Url, 20, Anywhere),
    token("slack-token", "xoxs-", Url, 20, Anywhere),
    token("slack-token", "xoxc-", Url, 20, Anywhere),
    token("slack-token", "xoxd-", Url, 20, Anywhere),
    token("slack-token", "xoxe-", Url, 20, Anywhere),
    token("slack-token", "xoxe.xox", Alphabet::Dotted, 20, Anywhere),
    token("slack-token", "xapp-", Url, 30, Anywhere),
    token("slack-webhook", "hooks.slack.com/services/", Path, 20, Anywhere),
    token("slack-webhook", "hooks.slack.com/workflows/", Path, 20, Anywhere),
    token("slack-webhook", "hooks.slack.com/triggers/", Path, 20, Anywhere),
    token("discord-webhook", "discord.com/api/webhooks/", Path, 40, Anywhere),
    token("discord-webhook", "discordapp.com/api/webhooks/", Path, 40, Anywhere),
    token("teams-webhook", ".webhook.office.com/webhookb2/", Path, 60, Anywhere),
    token("sendgrid-key", "SG.", Alphabet::Dotted, 50, Start),
    token("mailgun-key", "key-", Hex, 32, Start),
    // Payment and shops.
    token("stripe-key", "sk_live_", Word, 16, Anywhere),
    token("stripe-key", "rk_live_", Word, 16, Anywhere),
    token("stripe-key", "sk_test_", Word, 16, Anywhere),
    token("stripe-key", "rk_test_", Word, 16, Anywhere),
    token("stripe-key", "whsec_", Base64, 24, Anywhere),
    token("square-token", "sq0atp-", Url, 22, Anywhere),
    token("square-token", "sq0csp-", Url, 40, Anywhere),
    token("paypal-token", "access_token$production$", Alphabet::Dotted, 40, Anywhere),
    token("shopify-token", "shpat_", Hex, 32, Anywhere),
    token("shopify-token", "shpca_", Hex, 32, Anywhere),
    token("shopify-token", "shppa_", Hex, 32, Anywhere),
    token("shopify-token", "shpss_", Hex, 32, Anywhere),
    // Package registries.
    token("npm-token", "npm_", Alphabet::Alnum, 36, Start),
    token("pypi-token", "pypi-AgE", Url, 50, Anywhere),
    token("crates-token", "cio", Alphabet::Alnum, 32, Start),
    token("rubygems-token", "rubygems_", Hex, 48, Anywhere),
    token("nuget-key", "oy2", Alphabet::Alnum, 43, Start),
    token("docker-token", "dckr_pat_", Url, 24, Anywhere),
    token("docker-token", "dckr_oat_", Url, 24, Anywhere),
    // Model providers.
    token("openai-key", "sk-proj-", Url, 20, Start),
    token("openai-key", "sk-svcacct-", Url, 20, Start),
    token("openai-key", "sk-admin-", Url, 20, Start),
    token("anthropic-key", "sk-ant-", Url, 20, Start),
    token("kimi-key", "sk-kimi-", Url, 20, Start),
    token("openrouter-key", "sk-or-", Url, 20, Start),
    token("model-key", "sk-", Alphabet::Alnum, 20, Start),
    token("huggingface-token", "hf_", Alphabet::Alnum, 30, Start),
    token("huggingface-token", "api_org_", Alphabet::Alnum, 34, Start),
    token("groq-key", "gsk_", Alphabet::Alnum, 40, Start),
    token("perplexity-key", "pplx-", Alphabet::Alnum, 40, Start),
    token("replicate-token", "r8_", Alphabet::Alnum, 32, Start),
    token("xai-key", "xai-", Alphabet::Alnum, 60, Start),
    token("together-key", "tgp_v1_", Url, 40, Start),
    token("nvidia-key", "nvapi-", Url, 40, Start),
    token("cerebras-key", "csk-", Alphabet::Alnum, 40, Start),
    token("fireworks-key", "fw_", Alphabet::Alnum, 22, Start),
    token("langsmith-key", "lsv2_", Word, 40, Start),
];
