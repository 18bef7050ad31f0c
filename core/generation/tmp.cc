#include <cmath>
#include <algorithm>
#include "core/generation/generator.h"
#include "core/generation/scorer.h"
#include "core/model/network.h"
#include "core/kernels/kernels.h"
#include "core/errors/errors.h"
#include <fmt/format.h>
namespace microgpt {
absl::Status SamplingSettings::Validate() const {
  if (std::isnan(temperature)) return FieldError("temperature","nan is not a number");
  if (temperature<0) return FieldError("temperature", fmt::format("{} is below the minimum 0",temperature));
  if (top_k && *top_k<1) return FieldError("top_k","0 is below the minimum 1");
  if (top_p && *top_p>1) return FieldError("top_p",fmt::format("{} is above the maximum 1",*top_p));
  return absl::OkStatus(); }
template<class T> struct G : Generator { std::shared_ptr<const Model> m; const Parameters<T>& p; KvCache<T> c; Activations<T> a; double temp; std::vector<Token> pre; 
 G(std::shared_ptr<const Model> mm,double t,std::vector<Token> pr):m(mm),p(std::get<Parameters<T>>(mm->parameters())),c(m->config()),a(m->config(),m->tokenizer().vocab_size(),1),temp(t),pre(pr){}
 std::optional<Sample> Draw(RandomSource& r,const std::stop_token& stop) override { Sample s; Token tok=m->tokenizer().bos(); std::vector<Token> out; size_t pos=0; s.truncated=true;
  for(;pos<m->config()->block_size;++pos){ if(stop.stop_requested())return std::nullopt; auto lg=Forward<T>(p,std::span<const Token>(&tok,1),pos,c,a); std::span<const T> l=lg.values(); Token next; 
   if(pos<pre.size()) next=pre[pos]; else { std::vector<T> w(l.size()); T mx=*std::max_element(l.begin(),l.end()); T tot=0; for(size_t i=0;i<l.size();++i){ w[i]=std::exp((l[i]-mx)/T(temp)); tot+=w[i]; } for(auto&x:w)x/=tot; std::vector<T> cum; T sum=0; for(auto x:w){sum+=x;cum.push_back(sum);} double u=r.Uniform()*cum.back(); next=std::min<size_t>(std::upper_bound(cum.begin(),cum.end(),u)-cum.begin(),w.size()-1);} 
   double lp=LogProbability<T>(l,next); s.token_logprobs.push_back(lp); s.logprob+=lp; tok=next; if(tok==m->tokenizer().bos()){s.truncated=false;break;} out.push_back(tok);} s.text=m->tokenizer().Decode(out); return s; } };
absl::StatusOr<std::unique_ptr<Generator>> Generator::Create(std::shared_ptr<const Model> m,const SamplingConfig& s,std::string_view prefix){ auto e=m->tokenizer().Encode(prefix); if(!e.ok()) return FieldError("prefix",std::string(e.status().message())); if(e->size()>m->config()->block_size) return WithReason(absl::FailedPreconditionError(fmt::format("prefix: {} characters above {}",e->size(),m->config()->block_size)),"UNSATISFIABLE"); if(std::holds_alternative<Parameters<float>>(m->parameters())) return std::make_unique<G<float>>(m,s->temperature,*e); return std::make_unique<G<double>>(m,s->temperature,*e);}
struct S: Scorer { std::shared_ptr<const Model> m; S(std::shared_ptr<const Model> mm):m(mm){} absl::StatusOr<StringScore> Score(std::string_view t) override { auto e=m->tokenizer().Encode(t); if(!e.ok()) return e.status(); if(e->size()>m->config()->block_size) return absl::InvalidArgumentError("longer than 16"); auto g=Generator::Create(m,SamplingConfig(),t); struct B:RandomSource{double Uniform()override{return 0.9999999999;}} b; auto s=(*g)->Draw(b,{}); StringScore r; double x=0; for(size_t i=0;i<e->size();++i)x+=s->token_logprobs[i]; (void)x; r.logprob=s->logprob; r.token_logprobs=s->token_logprobs; return r; } };
std::unique_ptr<Scorer> Scorer::Create(std::shared_ptr<const Model> m){return std::make_unique<S>(m);} }
