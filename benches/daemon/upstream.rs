//! A model of our own: answers a question over HTTP/1.1 as GLM and Kimi do, as fast as it is told to.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

/// The chunks of a streamed answer.
pub(crate) const CHUNKS: usize = 100;

/// The model, as long as the runtime it was started in.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    manner: Arc<Manner>,
}

/// How it answers.
#[derive(Debug)]
struct Manner {
    /// Before the answer.
    delay: Mutex<Duration>,
    /// Between two chunks; an answer in one piece when there is none.
    gap: Mutex<Option<Duration>>,
    /// GLM says nothing for now.
    is_stalled: AtomicBool,
    epoch: Instant,
}

impl Upstream {
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let manner = Manner {
            delay: Mutex::default(),
            gap: Mutex::default(),
            is_stalled: AtomicBool::new(false),
            epoch: Instant::now(),
        };
        let upstream = Self { address: listener.local_addr()?, manner: Arc::new(manner) };
        let tasks = TaskTracker::new();
        let (manner, others) = (Arc::clone(&upstream.manner), tasks.clone());
        tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let manner = Arc::clone(&manner);
                // A client that is gone ends its connection.
                others.spawn(async move { manner.serve(stream).await.ok() });
            }
        });
        Ok(upstream)
    }

    /// The base address of a provider.
    pub(crate) fn url(&self, provider: &str) -> String {
        format!("http://{}/{provider}", self.address)
    }

    pub(crate) fn answer_after(&self, delay: Duration) {
        *lock(&self.manner.delay) = delay;
    }

    pub(crate) fn stream_with(&self, gap: Option<Duration>) {
        *lock(&self.manner.gap) = gap;
    }

    pub(crate) fn stall(&self, is_stalled: bool) {
        self.manner.is_stalled.store(is_stalled, Ordering::Relaxed);
    }

    /// How late each chunk is whose time stands in `text`, in milliseconds.
    pub(crate) fn late(&self, text: &str) -> impl Iterator<Item = f64> {
        let now = self.manner.now();
        let stamps = text.split('@').skip(1).filter_map(|rest| rest.split('!').next()?.parse::<u64>().ok());
        stamps.map(move |sent| now.saturating_sub(sent) as f64 / 1e6)
    }
}

impl Manner {
    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    async fn serve(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        stream.set_nodelay(true)?;
        let mut read = Vec::with_capacity(8192);
        loop {
            let (is_glm, length) = loop {
                if let Some(request) = request(&read) {
                    break request;
                }
                if stream.read_buf(&mut read).await? == 0 {
                    return Ok(());
                }
            };
            read.drain(..length);
            self.pause(is_glm).await;
            let gap = *lock(&self.gap);
            match gap {
                None => stream.write_all(whole().as_bytes()).await?,
                Some(gap) => self.in_pieces(&mut stream, gap).await?,
            }
        }
    }

    async fn pause(&self, is_glm: bool) {
        while is_glm && self.is_stalled.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let delay = *lock(&self.delay);
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    async fn in_pieces(&self, stream: &mut TcpStream, gap: Duration) -> anyhow::Result<()> {
        stream.write_all(HEAD.as_bytes()).await?;
        // Not all streams at the same moments.
        let mut due = Instant::now() + gap.mul_f64(fastrand::f64());
        for _ in 0..CHUNKS {
            tokio::time::sleep_until(due).await;
            due += gap;
            let text = format!("@{}! ", self.now());
            stream.write_all(chunked(&event(&text)).as_bytes()).await?;
        }
        Ok(stream.write_all(format!("{}0\r\n\r\n", chunked(END)).as_bytes()).await?)
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const END: &str = concat!(
    r#"data: {"id":"1","created":1790000000,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}],"#,
    r#""usage":{"prompt_tokens":200,"completion_tokens":250,"total_tokens":450}}"#,
    "\n\ndata: [DONE]\n\n"
);

/// An answer of a kilobyte in one piece.
fn whole() -> &'static str {
    static WHOLE: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    WHOLE.get_or_init(|| {
        let body = format!("{}{END}", event(&"fine words ".repeat(90)));
        format!("{HEAD}{}0\r\n\r\n", chunked(&body))
    })
}

fn event(text: &str) -> String {
    format!(
        "data: {{\"id\":\"1\",\"created\":1790000000,\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{{\"role\":\"assistant\",\"content\":\"{text}\"}}}}]}}\n\n"
    )
}

fn chunked(text: &str) -> String {
    format!("{:x}\r\n{text}\r\n", text.len())
}

/// Whether it is for GLM, and the length of a request that is there as a whole.
fn request(read: &[u8]) -> Option<(bool, usize)> {
    let end = read.windows(4).position(|bytes| bytes == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&read[..end]).ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let end = end + length.unwrap_or_default();
    (read.len() >= end).then(|| (head.starts_with("POST /glm"), end))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
