//! Secrets without a telling prefix, and the places they stand in.

use super::{Alphabet, chance, redacted};

pub(super) fn jwt() -> String {
    let part = |seed, length| format!("eyJ{}", chance(Alphabet::Url, length, seed));
    format!("{}.{}.{}", part(1, 20), part(2, 60), chance(Alphabet::Url, 43, 3))
}

/// A private key's lines, without its markers.
fn key_lines(count: usize) -> Vec<String> {
    let mut lines: Vec<_> = (0..count).map(|seed| chance(Alphabet::Base64, 64, seed + 40)).collect();
    lines.push(format!("{}==", chance(Alphabet::Base64, 10, 99)));
    lines
}

fn marker(which: &str, label: &str) -> String {
    format!("{0}{which} {label}{0}", "-".repeat(5))
}

fn pem(label: &str) -> Vec<String> {
    let mut lines = vec![marker("BEGIN", label)];
    lines.extend(key_lines(3));
    lines.push(marker("END", label));
    lines
}

#[track_caller]
fn gone(text: &str, secrets: &[String], kind: &str) -> String {
    let out = redacted(text);
    for secret in secrets {
        assert!(!out.contains(secret.as_str()), "{secret} in\n{out}");
    }
    assert!(out.contains(&format!("<SECRET {kind} #1>")), "{out}");
    out
}

#[test]
fn private_keys_of_all_kinds_are_replaced_whole() {
    for label in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        let text = format!("before\n{}\nafter\n", pem(label).join("\n"));
        assert_eq!(redacted(&text), "before\n<SECRET private-key #1>\nafter\n", "{label}");
    }
    let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n";
    let text = format!("{}\n{headers}{}\n", marker("BEGIN", "RSA PRIVATE KEY"), key_lines(3).join("\n"));
    gone(&text, &key_lines(3)[..3], "private-key");
    let putty =
        format!("PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 3\n{}\nPrivate-MAC: 12\n", key_lines(3).join("\n"));
    assert!(gone(&putty, &key_lines(3), "private-key").ends_with("Private-MAC: 12\n"));
}

#[test]
fn a_private_key_is_found_behind_gutters_in_diffs_comments_and_strings() {
    let lines = pem("RSA PRIVATE KEY");
    let numbered: String = lines.iter().enumerate().map(|(n, line)| format!("{:>4}│ {line}\n", n + 9)).collect();
    let out = gone(&format!("   8│ x\n{numbered}  15│ y\n"), &lines, "private-key");
    assert_eq!(out, "   8│ x\n   9│ <SECRET private-key #1>\n  15│ y\n");
    for (before, after) in [
        ("+", ""),
        ("-", ""),
        ("# ", ""),
        ("// ", ""),
        (" * ", ""),
        ("│   12│ ", ""),
        ("    ", ""),
        ("\"", "\\n\""),
        ("'", "\\n' +"),
        ("> ", "\r"),
    ] {
        let text: String = lines.iter().map(|line| format!("{before}{line}{after}\n")).collect();
        gone(&text, &lines[1..5], "private-key");
    }
    for glue in ["\\n", "\\\\n", "\\r\\n", " "] {
        let text = format!("{{\"private_key\": \"{}\", \"type\": \"service_account\"}}", lines.join(glue));
        assert!(gone(&text, &lines[1..], "private-key").ends_with("\", \"type\": \"service_account\"}"), "{glue}");
    }
}

#[test]
fn a_private_key_is_the_same_however_it_is_wrapped() {
    let lines = pem("EC PRIVATE KEY");
    let numbered: String = lines.iter().enumerate().map(|(n, line)| format!("{:>4}│ {line}\n", n + 1)).collect();
    let text = format!(
        "{numbered}\n{}\n\"{}\"\n{}",
        lines.join("\n"),
        lines.join("\\n"),
        pem("RSA PRIVATE KEY").join("\n").replace('b', "c")
    );
    let out = redacted(&text);
    assert_eq!(out.matches("<SECRET private-key #1>").count(), 3, "{out}");
    assert_eq!(out.matches("<SECRET private-key #2>").count(), 1, "{out}");
}

#[test]
fn a_private_key_that_is_cut_off_is_replaced_as_far_as_it_goes() {
    let lines = pem("RSA PRIVATE KEY");
    for kept in 2..4 {
        let numbered: String =
            lines[..kept].iter().enumerate().map(|(n, line)| format!("{:>4}│ {line}\n", n + 1)).collect();
        let out = gone(&format!("{numbered}--- END FILE: a.pem ---\n"), &lines[1..kept], "private-key");
        assert_eq!(out, "   1│ <SECRET private-key #1>\n--- END FILE: a.pem ---\n");
    }
}

#[test]
fn keys_and_tokens_without_a_telling_prefix_are_known_by_their_form() {
    let glm = format!("{}.{}", chance(Alphabet::Hex, 32, 1), chance(Alphabet::Alnum, 16, 2));
    let telegram = format!("{}:AA{}", 1_234_567_890, chance(Alphabet::Alnum, 33, 3));
    let discord = format!(
        "M{}.{}.{}",
        chance(Alphabet::Alnum, 23, 4),
        chance(Alphabet::Alnum, 6, 5),
        chance(Alphabet::Url, 38, 6)
    );
    let azure = format!("{}8Q~{}", chance(Alphabet::Alnum, 3, 7), chance(Alphabet::Alnum, 34, 8));
    for (kind, secret) in [
        ("glm-key", glm),
        ("telegram-token", telegram),
        ("discord-token", discord),
        ("azure-secret", azure),
        ("jwt", jwt()),
    ] {
        for frame in ["{}", "see {} here", "x(\"{}\")", "https://api.example.org/bot{}/send", "   7│ {}\n"] {
            if kind == "telegram-token" || !frame.contains("bot") {
                gone(&frame.replace("{}", &secret), std::slice::from_ref(&secret), kind);
            }
        }
    }
}

#[test]
fn only_the_password_of_a_connection_string_is_replaced() {
    let password = format!("hunter{}", 22);
    for scheme in ["postgres", "postgresql+asyncpg", "mysql", "mongodb+srv", "redis", "amqps", "https", "ftp"] {
        let out = redacted(&format!("url = \"{scheme}://app:{password}@db.internal:5432/main?ssl=1\""));
        assert_eq!(out, format!("url = \"{scheme}://app:<SECRET url-password #1>@db.internal:5432/main?ssl=1\""));
    }
    for frame in [
        "redis://:{}@cache:6379",
        "Server=db;User Id=sa;Password={};Encrypt=true",
        "host=db user=app password={} dbname=x",
        "machine db login app password {}",
        "postgres://app:a@{}@db/x",
    ] {
        gone(
            &frame.replace("{}", &password),
            std::slice::from_ref(&password),
            if frame.contains("://") { "url-password" } else { "password" },
        );
    }
}

#[test]
fn what_is_assigned_to_a_telling_name_is_replaced_in_every_notation() {
    let secret = chance(Alphabet::Alnum, 24, 11);
    for frame in [
        "API_KEY={}",
        "export API_KEY='{}'",
        "api_key: {}",
        "api-key = \"{}\"",
        "\"apiKey\": \"{}\",",
        "{\\\"apiKey\\\":\\\"{}\\\"}",
        "const API_KEY: &str = \"{}\";",
        "const API_KEY: &str =\n    \"{}\";",
        "   1│ const API_KEY: &str =\n   2│     \"{}\";",
        "let api_key = Some(String::from(\"{}\"));",
        "apiKey := `{}`",
        "'api_key' => '{}',",
        "<apiKey>{}</apiKey>",
        "<add key=\"ApiKey\" value=\"{}\"/>",
        "os.environ[\"API_KEY\"] = \"{}\"",
        "setenv(\"API_KEY\", \"{}\", 1)",
        "client.api_key(\"{}\")",
        "curl -H 'X-Api-Key: {}'",
        "tool --api-key {} --verbose",
        "tool --api-key={}",
        "https://x.example/?api_key={}&y=1",
        "API_KEY = b\"{}\"",
        "api_key = \"\"\"{}\"\"\"",
        "+api_key: \"{}\"",
        "# api_key = {}",
        "MY_API_KEY_PROD_2={}",
    ] {
        gone(&frame.replace("{}", &secret), std::slice::from_ref(&secret), "api-key");
    }
    for (name, kind) in [
        ("client_secret", "secret"),
        ("SECRET_KEY_BASE", "secret"),
        ("access_token", "token"),
        ("authToken", "token"),
        ("DB_PASSWORD", "password"),
        ("private_key", "api-key"),
        ("AWS_SECRET_ACCESS_KEY", "aws-secret"),
        ("SecretAccessKey", "aws-secret"),
        ("AccountKey", "azure-key"),
        ("SharedAccessKey", "azure-key"),
        ("_auth", "token"),
        ("credentials", "secret"),
        ("session_key", "api-key"),
        ("webhookSecret", "secret"),
    ] {
        gone(&format!("{name}={secret}"), std::slice::from_ref(&secret), kind);
        gone(&format!("{{\"{name}\": \"{secret}\"}}"), std::slice::from_ref(&secret), kind);
    }
}

#[test]
fn credentials_of_headers_are_replaced_and_their_scheme_stays() {
    let secret = chance(Alphabet::Alnum, 32, 12);
    assert_eq!(redacted(&format!("Authorization: Bearer {secret}")), "Authorization: Bearer <SECRET authorization #1>");
    assert_eq!(
        redacted(&format!("authorization: token {secret}\r\n")),
        "authorization: token <SECRET authorization #1>\r\n"
    );
    let basic = "YWxpY2U6aHVudGVyMg==";
    assert_eq!(
        redacted(&format!("'Authorization': 'Basic {basic}'")),
        "'Authorization': 'Basic <SECRET authorization #1>'"
    );
}

#[test]
fn a_short_password_with_letters_digits_and_signs_is_one() {
    let password = chance(Alphabet::Alnum, 9, 6) + "&3";
    assert_eq!(redacted(&format!("password = \"{password}\"")), "password = \"<SECRET password #1>\"");
}

#[test]
fn what_is_recognized_by_itself_names_what_it_is_assigned_to() {
    let secret = format!("sk-{}-{}", "kimi", chance(Alphabet::Alnum, 40, 13));
    for frame in ["password = \"{}\"", "Authorization: Bearer {}", "https://me:{}@host/"] {
        gone(&frame.replace("{}", &secret), std::slice::from_ref(&secret), "kimi-key");
    }
}
