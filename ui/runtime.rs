//! The one impure part: reads keys, time and news, has the model take them, draws, and does what it wants done.
//!
//! Keys come first, whatever arrives; a key is drawn at once, news at most every 50 ms.

use std::io;
use std::time::Duration;

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{Event, EventStream};
use crossterm::execute;
use futures_util::{FutureExt, StreamExt};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::effect::{Effect, Wish};
use crate::model::{Model, Settings};
use crate::msg::{Answer, Msg};
use crate::terminal::Guard;
use crate::wheel::Wheel;
use crate::{draw, settle, update};

/// The time between two pictures that news ask for.
const FRAME: Duration = Duration::from_millis(50);
/// How often time is told: what turns, ages and countdowns move by it.
const TICK: Duration = Duration::from_millis(200);
/// News that are taken before keys are looked for again.
const BATCH: usize = 256;
/// Keys that are taken before a picture is drawn.
const KEYS: usize = 64;

/// What connects the dashboard to the house.
#[derive(Debug)]
pub struct Wires {
    /// What happens there.
    pub news: mpsc::Receiver<Msg>,
    /// What is asked of it.
    pub wishes: mpsc::Sender<Wish>,
}

/// How the dashboard ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// Its user left.
    Left {
        /// The last picture as text, if it was to be kept.
        picture: Option<String>,
    },
    /// By a signal of this number; a terminal that is gone is SIGHUP.
    Signalled(u8),
}

/// Shows the dashboard until its user leaves. The terminal is as it was before when this returns.
pub async fn run(settings: Settings, wires: Wires) -> io::Result<Ended> {
    // First the signals: from here on none ends the program with the terminal taken.
    let signals = Signals::new()?;
    let guard = Guard::take()?;
    let mut terminal = anew()?;
    let size = terminal.size()?;
    let model = Model::new(settings, (size.width, size.height));
    Runtime { model, wires, guard, wheel: Wheel::default(), last: None }.run(&mut terminal, signals).await
}

/// A terminal of which nothing is known, so that the next picture is written to the last cell.
fn anew() -> io::Result<Terminal<CrosstermBackend<io::Stdout>>> {
    // Having one cleared asks it where its cursor is, and not every terminal answers.
    Terminal::new(CrosstermBackend::new(io::stdout()))
}

struct Runtime {
    model: Model,
    wires: Wires,
    /// The terminal is ours while it is there.
    guard: Guard,
    wheel: Wheel,
    /// The last picture.
    last: Option<Buffer>,
}

impl Runtime {
    async fn run(
        mut self,
        terminal: &mut Terminal<CrosstermBackend<io::Stdout>>,
        mut signals: Signals,
    ) -> io::Result<Ended> {
        let mut keys = EventStream::new();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let began = Instant::now();
        let (mut news, mut has_news) = (Vec::with_capacity(BATCH), true);
        let mut drawn = Instant::now();
        self.draw(terminal)?;
        let mut due: Option<Instant> = None;
        loop {
            let mut effects = Vec::new();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Said::End(number) => return Ok(Ended::Signalled(number)),
                    Said::GoOn => {
                        // Whoever stopped it may have left the terminal to somebody else.
                        self.guard.take_again(self.model.has_mouse)?;
                        *terminal = anew()?;
                        due = Some(Instant::now());
                    }
                },
                event = keys.next() => {
                    let Some(event) = event else { return Ok(Ended::Signalled(HANGUP)) };
                    effects.extend(self.take(event?));
                    for _ in 0..KEYS {
                        match keys.next().now_or_never() {
                            Some(Some(event)) => effects.extend(self.take(event?)),
                            _ => break,
                        }
                    }
                    due = Some(Instant::now());
                }
                () = sleep_until(due) => {
                    self.draw(terminal)?;
                    (drawn, due) = (Instant::now(), None);
                }
                _ = ticks.tick() => {
                    effects.extend(update(&mut self.model, Msg::Tick(began.elapsed())));
                    due = due.or(Some(drawn + FRAME));
                }
                count = self.wires.news.recv_many(&mut news, BATCH), if has_news => {
                    has_news = count > 0;
                    for msg in news.drain(..) {
                        effects.extend(update(&mut self.model, msg));
                    }
                    due = due.or(Some(drawn + FRAME));
                }
            }
            for effect in effects {
                if effect == Effect::Suspend {
                    self.guard.suspend(self.model.has_mouse)?;
                    *terminal = anew()?;
                    due = Some(Instant::now());
                } else if let Some(ended) = self.carry_out(effect)? {
                    return Ok(ended);
                }
            }
        }
    }

    fn take(&mut self, event: Event) -> Vec<Effect> {
        let msg = match event {
            Event::Key(key) => Msg::Key(key),
            Event::Mouse(mouse) if self.wheel.takes(mouse.kind, Instant::now()) => Msg::Mouse(mouse),
            Event::Paste(text) => Msg::Paste(text),
            Event::Resize(width, height) => Msg::Resize(width, height),
            Event::Mouse(_) | Event::FocusGained | Event::FocusLost => return Vec::new(),
        };
        update(&mut self.model, msg)
    }

    fn draw(&mut self, terminal: &mut Terminal<CrosstermBackend<io::Stdout>>) -> io::Result<()> {
        terminal.autoresize()?;
        let size = terminal.get_frame().area();
        if (size.width, size.height) != self.model.size {
            update(&mut self.model, Msg::Resize(size.width, size.height));
        }
        settle(&mut self.model);
        let drawn = terminal.draw(|frame| draw(&self.model, frame))?;
        self.last = Some(drawn.buffer.clone());
        Ok(())
    }

    fn carry_out(&mut self, effect: Effect) -> io::Result<Option<Ended>> {
        match effect {
            Effect::Quit { keeps_picture } => {
                let picture = self.last.take().filter(|_| keeps_picture).map(|buffer| lines(&buffer));
                return Ok(Some(Ended::Left { picture }));
            }
            Effect::Ask(wish) => {
                if self.wires.wishes.try_send(wish).is_err() {
                    let busy = Answer::Failed("the house has not answered what was asked before".to_owned());
                    update(&mut self.model, Msg::Answer(busy));
                }
            }
            Effect::Copy(text) => execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))?,
            Effect::Export { ending, content } => {
                let answer = match write(ending, &content) {
                    Ok(name) => Answer::Done(format!("written to {name}")),
                    Err(error) => Answer::Failed(format!("export: {error}")),
                };
                update(&mut self.model, Msg::Answer(answer));
            }
            Effect::Mouse(is_ours) => Guard::mouse(is_ours)?,
            // Where it is carried out the terminal is at hand.
            Effect::Suspend => {}
        }
        Ok(None)
    }
}

/// Writes a new file into the present directory; none is ever overwritten.
fn write(ending: &str, content: &str) -> io::Result<String> {
    for number in 1..1_000 {
        let name = format!("exai-calls-{number}.{ending}");
        match std::fs::File::create_new(&name) {
            Ok(mut file) => return io::Write::write_all(&mut file, content.as_bytes()).map(|()| name),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("a thousand exports are here already"))
}

/// The picture as text, without empty lines at its end.
pub(crate) fn lines(buffer: &Buffer) -> String {
    let mut lines = Vec::new();
    for y in buffer.area.y..buffer.area.bottom() {
        let mut line = String::new();
        let mut hidden = 0;
        for x in buffer.area.x..buffer.area.right() {
            let symbol = buffer.cell((x, y)).map_or(" ", ratatui::buffer::Cell::symbol);
            // What stands behind a wide letter is a part of it.
            if hidden == 0 {
                line.push_str(symbol);
                hidden = ratatui::text::Span::raw(symbol).width().max(1);
            }
            hidden -= 1;
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// The signals that the dashboard heeds.
#[derive(Debug)]
struct Signals {
    #[cfg(unix)]
    term: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hangup: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    go_on: tokio::signal::unix::Signal,
}

/// What a signal says.
#[derive(Debug)]
#[cfg_attr(not(unix), expect(dead_code, reason = "there are no signals"))]
enum Said {
    /// The dashboard ends, by the signal of this number.
    End(u8),
    /// It was stopped, and goes on.
    GoOn,
}

/// The numbers of the signals.
const HANGUP: u8 = 1;
#[cfg(unix)]
const INTERRUPT: u8 = 2;
#[cfg(unix)]
const TERMINATE: u8 = 15;

impl Signals {
    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            go_on: signal(SignalKind::from_raw(nix::sys::signal::Signal::SIGCONT as i32))?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Said {
        tokio::select! {
            _ = self.term.recv() => Said::End(TERMINATE),
            _ = self.hangup.recv() => Said::End(HANGUP),
            _ = self.interrupt.recv() => Said::End(INTERRUPT),
            _ = self.go_on.recv() => Said::GoOn,
        }
    }

    #[cfg(not(unix))]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Said {
        std::future::pending().await
    }
}
