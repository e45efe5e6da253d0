//! What looks a little like a secret and is none.

use super::redacted;

#[test]
fn what_is_no_secret_stays() {
    for text in [
        // Stand-ins and references.
        "API_KEY=${API_KEY}",
        "api_key: \"<your-api-key-goes-here>\"",
        "api_key = \"xxxxxxxxxxxxxxxxxxxxxxxx\"",
        "password: changeme-changeme-1",
        "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "OPENAI_API_KEY=sk-your-key-here-0123456789",
        "secret: {{ .Values.secretKey0123456789 }}",
        "token: ${{ secrets.GITHUB_TOKEN_2 }}",
        "API_KEY=$(pass show api-key-2024-prod)",
        "postgres://user:password@localhost/db",
        "postgres://{user}:{password}@{host}:5432",
        "postgres://postgres:postgres@localhost",
        "amqp://guest:guest@localhost:5672",
        "redis://:$REDIS_PASSWORD@cache",
        "<SECRET aws-key #1> and password=<SECRET password #2>",
        // Code.
        "let token = tokens.next().ok_or(Error::UnexpectedEnd2)?;",
        "token: CancellationToken2WithDeadline<'static>,",
        "password = getpass.getpass(\"Enter your password 2 times: \")",
        "api_key = std::env::var(\"MY_SERVICE_API_KEY_V2\")?",
        "const TOKEN_URL: &str = \"https://login.example.org/oauth2/v2.0/token\";",
        "private_key_path = \"/etc/ssl/private/server-2024.pem\"",
        "token_type: \"urn:ietf:params:oauth:token-type:jwt2\"",
        "next_page_token = \"CAUQAA7k3j9x0q2m7v5b1n8\"",
        "primary_key = \"a1b2c3d4e5f60718293a\"",
        "cache_key: \"v3-4f1e9c2a7b6d8e05\"",
        "max_tokens=4096, token_count: 1234567890123456",
        "secretary = \"k3j9x0q2m7v5b1n8z4\"",
        "tokenizer = \"k3j9x0q2m7v5b1n8z4\"",
        "password: str = None",
        "if password != expected_password_2 { return Err(Error::WrongPassword2) }",
        "password = _messages.MessageField('GoogleCloudApihubV1Secret', 1)",
        "(\"password\", \"Server=db;User Id=sa;Encrypt=true\")",
        "task-runner-k3j9x0q2m7v5b1n8z4c6, disk-k3j9x0q2m7v5b1n8z4c6",
        "const MARKER: &str = \"-----BEGIN RSA PRIVATE KEY-----\";\nfn parse() {}\n",
        "Bearer authentication and Basic authentication are supported.",
        "use of a bearer token-based-scheme-2",
        "http://[::1]:8080/@scope/pkg@1.2.3",
        "git@github.com:owner/repo.git https://github.com:443/a@b",
        "foo.bar.baz example.com 192.168.0.1 v1.2.3-rc.4",
        // Digests, ids, images.
        "checksum = \"c982642fa9e8606056828ee9a8505737230110bb1099153c79efe865c59d12ba\"",
        "\"integrity\": \"sha512-9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\"",
        "commit 8f9a70c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f607",
        "id: 550e8400-e29b-41d4-a716-446655440000",
        "call 019f1c2a-7b6d-7e05-8f9a-70c1d2e3f4a5",
        "src=\"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk\"",
        "-----BEGIN CERTIFICATE-----\nMIIDazCCAlOgAwIBAgIUQ3x9k2Vd7n0b1c5e8f4a6g2h3j9MA0GCSqGSIb3DQEB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n-----END PUBLIC KEY-----",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SaG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@host",
    ] {
        assert_eq!(redacted(text), text);
    }
}
