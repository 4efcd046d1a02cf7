//! A server before moto: passes everything on, and stands in for what moto lacks, as its one table says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::lacks::Lacks;

/// An HTTP request, read whole.
pub struct Request {
    pub method: String,
    /// Without the query, still percent-encoded.
    pub path: String,
    pub query: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// An HTTP answer.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The operation of a JSON service: `AmazonEC2ContainerServiceV20141113.ListClusters`.
    pub fn target(&self) -> Option<&str> {
        let mut headers = self.headers.iter();
        let target = headers.find(|(name, _)| name == "x-amz-target");
        target.map(|(_, target)| target.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The same caller with another operation of the same service.
    pub fn another(&self, target: &str, body: &Value) -> Self {
        let mut headers = self.headers.clone();
        for (name, value) in &mut headers {
            if name == "x-amz-target" {
                target.clone_into(value);
            }
        }
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers,
            body: body.to_string().into_bytes(),
        }
    }

    /// The parts of its path, decoded.
    pub fn parts(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts.map(decoded).collect()
    }
}

impl Answer {
    pub fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
        }
    }

    /// A typed error of a REST-JSON service.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let mut answer = Self::json(status, &serde_json::json!({ "message": message }));
        answer
            .headers
            .push(("x-amzn-errortype".into(), code.into()));
        answer
    }
}

fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (*first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Serves on a free port until the process ends; answers with the port, and what it has stood in for.
pub fn serve(moto: u16) -> (u16, Arc<Mutex<Lacks>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let lacks = Arc::new(Mutex::new(Lacks::default()));
    let shared = Arc::clone(&lacks);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let lacks = Arc::clone(&shared);
            std::thread::spawn(move || one(stream, moto, &lacks));
        }
    });
    (port, lacks)
}

/// One request and its answer; a client that goes away is no failure.
fn one(mut stream: TcpStream, moto: u16, lacks: &Mutex<Lacks>) -> Option<()> {
    let mut request = read_request(&mut stream)?;
    let own = lacks.lock().unwrap().stand_in(&mut request);
    let answer = match own {
        Some(answer) => answer,
        None => {
            let ahead = lacks.lock().unwrap().ecs.agents(&request);
            for request in &ahead {
                pass_on(request, moto)?;
            }
            let answer = pass_on(&request, moto)?;
            lacks.lock().unwrap().ecs.see(&request, &answer);
            lacks.lock().unwrap().complete(&request, answer)
        }
    };
    write_answer(&mut stream, &answer)
}

fn read_head(reader: &mut impl BufRead) -> Option<(String, Vec<(String, String)>)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            return Some((first.trim_end().to_owned(), headers));
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
}

fn read_body(reader: &mut impl Read, headers: &[(String, String)]) -> Option<Vec<u8>> {
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = Vec::new();
    match length.and_then(|(_, length)| length.parse().ok()) {
        Some(length) => reader.take(length).read_to_end(&mut body).ok()?,
        None => 0,
    };
    Some(body)
}

fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let (first, headers) = read_head(&mut reader)?;
    let body = read_body(&mut reader, &headers)?;
    let mut words = first.split(' ');
    let method = words.next()?.to_owned();
    let (path, query) = {
        let target = words.next()?;
        target.split_once('?').unwrap_or((target, ""))
    };
    Some(Request {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body,
    })
}

fn pass_on(request: &Request, moto: u16) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", moto)).ok()?;
    let question = if request.query.is_empty() { "" } else { "?" };
    let mut head = format!(
        "{} {}{question}{} HTTP/1.1\r\n",
        request.method, request.path, request.query
    );
    let own = ["connection", "content-length"];
    for (name, value) in &request.headers {
        if !own.contains(&name.as_str()) {
            head += &format!("{name}: {value}\r\n");
        }
    }
    head += &format!(
        "connection: close\r\ncontent-length: {}\r\n\r\n",
        request.body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&request.body).ok()?;
    let mut reader = BufReader::new(stream);
    let (first, headers) = read_head(&mut reader)?;
    let status = first.split(' ').nth(1)?.parse().ok()?;
    let body = read_body(&mut reader, &headers)?;
    Some(Answer {
        status,
        headers,
        body,
    })
}

fn write_answer(stream: &mut TcpStream, answer: &Answer) -> Option<()> {
    let mut head = format!("HTTP/1.1 {} x\r\n", answer.status);
    let own = ["connection", "content-length", "transfer-encoding"];
    let headers: BTreeMap<_, _> = answer.headers.iter().cloned().collect();
    for (name, value) in headers {
        if !own.contains(&name.as_str()) {
            head += &format!("{name}: {value}\r\n");
        }
    }
    head += &format!(
        "connection: close\r\ncontent-length: {}\r\n\r\n",
        answer.body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&answer.body).ok()
}
